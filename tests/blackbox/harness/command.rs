//! Commands as people and as scripts see them.

use serde_json::Value;

use super::Home;

impl Home {
    /// Runs a command that must succeed; gives what it tells programs.
    pub(crate) fn answer(&self, arguments: &[&str]) -> Value {
        self.ends_with(0, arguments)
    }

    /// Runs a command that ends with an exit code and has a result all the same; gives what it tells programs.
    pub(crate) fn ends_with(&self, exit: i32, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(exit), "memory {arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// Runs a command that must be refused, for people and for programs: with this exit code and this name of the error, a
    /// hint, and nothing on standard output. Gives what it tells people.
    pub(crate) fn refused(&self, exit: i32, code: &str, arguments: &[&str]) -> String {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(exit), "memory {arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "memory {arguments:?}: {output:?}");
        let error: Value = serde_json::from_slice(&output.stderr)
            .unwrap_or_else(|error| panic!("memory {arguments:?}: {error}: {output:?}"));
        let text =
            |field: &str| error["error"][field].as_str().unwrap_or_else(|| panic!("{error}")).to_owned();
        assert_eq!(text("code"), code, "memory {arguments:?}: {error}");
        assert!(text("message").len() > 8 && text("hint").len() > 8, "memory {arguments:?}: {error}");

        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(exit), "memory {arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "memory {arguments:?}: {output:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: ") && !told.contains("panicked"), "memory {arguments:?}: {told}");
        assert!(told.contains("\nhint: ") || told.contains("try '--help'"), "memory {arguments:?}: {told}");
        told
    }

    /// Stores a text with further flags; gives its key.
    pub(crate) fn store(&self, text: &str, flags: &[&str]) -> String {
        let receipt = self.answer(&[&["store", text], flags].concat());
        assert_eq!(receipt["outcome"], "created", "{receipt}");
        receipt["content_hash"].as_str().unwrap().to_owned()
    }
}
