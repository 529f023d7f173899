//! The definition of the container image. No image can be built in the tests; what must never change in it is held here.

const FILE: &str = "packaging/Containerfile";

/// What the image must not lack, and why.
const WANTED: &[(&str, &str)] = &[
    ("USER", "it would run as root"),
    ("HEALTHCHECK", "nobody would ask whether the server is well"),
    ("VOLUME", "memories would be lost with the container"),
    ("ENTRYPOINT", "it would not be the program"),
];

/// Parts of the names of variables that hold secrets.
const SECRET: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSWORD"];

/// Every breach in the file.
pub(crate) fn breaches() -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    Ok(of(&text).into_iter().map(|breach| format!("{FILE}: {breach}")).collect())
}

fn of(text: &str) -> Vec<String> {
    let instructions = instructions(text);
    let last_stage = instructions.iter().rposition(|(name, _)| name == "FROM").unwrap_or(0);
    let image = &instructions[last_stage..];
    let mut breaches = Vec::new();
    for (wanted, why) in WANTED {
        if !image.iter().any(|(name, _)| name == wanted) {
            breaches.push(format!("no {wanted}: {why}"));
        }
    }
    for (name, value) in image {
        let is_root = ["root", "0"].contains(&value.split(':').next().unwrap_or_default());
        let needs_shell = !value.contains('[');
        match name.as_str() {
            "USER" if is_root => breaches.push("USER is root".to_owned()),
            "HEALTHCHECK" | "ENTRYPOINT" | "CMD" if needs_shell => {
                breaches.push(format!("{name} needs a shell: write a list"));
            }
            _ => {}
        }
    }
    let variables = instructions.iter().filter(|(name, _)| name == "ENV" || name == "ARG");
    let names =
        variables.flat_map(|(_, value)| value.split_whitespace()).filter_map(|word| word.split('=').next());
    breaches.extend(
        names
            .filter(|name| SECRET.iter().any(|secret| name.to_uppercase().contains(secret)))
            .map(|name| format!("{name} would put a secret into the image")),
    );
    breaches
}

/// The instructions with their arguments, continued lines joined and comments left out.
fn instructions(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let split = |line: &str| {
        let (name, rest) = line.trim().split_once(char::is_whitespace)?;
        Some((name.to_uppercase(), rest.trim().to_owned()))
    };
    joined.lines().filter_map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "FROM rust AS build\nUSER root\nRUN x \\\n && y\nFROM scratch\nENV A=1 \\\n B=2\nUSER 1:1\n\
        VOLUME /data\nHEALTHCHECK CMD [\"/m\", \"health\"]\nENTRYPOINT [\"/m\"]\n";

    #[test]
    fn the_last_stage_is_the_image() {
        assert_eq!(of(GOOD), [""; 0]);
        assert_eq!(of(&GOOD.replace("USER 1:1", "USER 0")), ["USER is root"]);
        assert_eq!(of(&GOOD.replace("USER 1:1\n", "")), ["no USER: it would run as root"]);
    }

    #[test]
    fn no_shell_and_no_secret_is_in_the_image() {
        let shell = GOOD.replace("[\"/m\", \"health\"]", "/m health");
        assert_eq!(of(&shell), ["HEALTHCHECK needs a shell: write a list"]);
        let secret = GOOD.replace("B=2", "MCP_API_KEY=x");
        assert_eq!(of(&secret), ["MCP_API_KEY would put a secret into the image"]);
        assert_eq!(of("FROM scratch").len(), WANTED.len());
    }
}
