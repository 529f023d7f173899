//! The page of settings.

use cli::settings::variables::{Effect, Exposure, Section, Variable, key, sections};

use super::markdown::{Page, code};

const ABOUT: &str = "Settings come from flags, then from the environment, then from the file `.env` in the working directory or else in \
`~/.mcp-memory`, then from the configuration file in TOML, `~/.config/mcp-memory/config.toml` or as `--config` says. The names are the \
original's; the key in the configuration file is the name in small letters without `MCP_MEMORY_` or `MCP_`. \
A secret can be in a file of its own, which a name that ends in `_FILE` says. `memory config` shows what is in force and where it comes from; a value that \
cannot be used ends the program with a message, and no value is replaced in silence.";

pub(super) fn page() -> String {
    let mut page = Page::new("Settings", ABOUT);
    page.heading(2, "What has effect");
    for section in with(Effect::Now) {
        page.heading(3, section.title);
        table(&mut page, section, "Default");
    }
    page.heading(2, "What comes later");
    page.paragraph(
        "These belong to parts of the original that this release does not have yet. They are accepted, and the log of \
         a server says that they do nothing.",
    );
    for section in with(Effect::Later) {
        page.heading(3, section.title);
        table(&mut page, section, "Default of the original");
    }
    page.heading(2, "What will have no effect");
    for section in with(Effect::Never).chain(with(Effect::Foreign)) {
        page.heading(3, section.title);
        let rows =
            section.variables.iter().map(|variable| [code(variable.name), variable.meaning.to_owned()]);
        page.table(["Variable", "Why"], rows);
    }
    page.finish()
}

fn with(effect: Effect) -> impl Iterator<Item = &'static Section> {
    sections().filter(move |section| section.effect == effect)
}

fn table(page: &mut Page, section: &Section, default: &str) {
    let rows = section.variables.iter().map(|variable| {
        let key = key(section, variable).map(|key| code(&key)).unwrap_or_default();
        [code(variable.name), key, shown(variable), meaning(variable)]
    });
    page.table(["Variable", "Key in the file", default, "Meaning"], rows);
}

fn shown(variable: &Variable) -> String {
    // Where a default is told in words, those mark themselves what is code.
    let is_words = variable.default.contains(['`', ' ']);
    if is_words { variable.default.to_owned() } else { code(variable.default) }
}

fn meaning(variable: &Variable) -> String {
    let mut text = variable.meaning.to_owned();
    if let Some(other) = variable.instead_of {
        text.push_str(&format!("; read if `{other}` is not set"));
    }
    if variable.exposure == Exposure::Secret {
        text.push_str(" (secret: never shown)");
    }
    text
}
