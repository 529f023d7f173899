//! Chromium without a screen, driven by the scripts of `tests/node/browser`: each is a story, and gives what was seen.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{node, process};

/// By which names the browser is known.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What was seen in a story.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The pages, in order.
    pub(crate) pages: Vec<SeenPage>,
    /// What the policies of pages forbade: as an event of the page, as a message of the browser's console.
    pub(crate) violations: Vec<String>,
    /// What else the script tells.
    pub(crate) told: Value,
}

/// A page as a person sees it.
#[derive(Debug)]
pub(crate) struct SeenPage {
    /// What the story calls it.
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) language: String,
    /// What can be read on it.
    pub(crate) text: String,
    /// Serious faults that `axe-core` finds.
    pub(crate) faults: Vec<String>,
}

/// What a browser is set to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) runs_scripts: bool,
    pub(crate) language: &'static str,
}

/// As browsers come.
pub(crate) const ORDINARY: Settings = Settings { runs_scripts: true, language: "en-US" };

/// Plays a story; what the script is to know is its plan.
pub(crate) fn play(script: &str, settings: Settings, mut plan: Value) -> Seen {
    plan["browser"] = json!(executable());
    plan["javascript"] = json!(settings.runs_scripts);
    plan["language"] = json!(settings.language);
    let output = process::output(node::script(&format!("browser/{script}")), plan.to_string().as_bytes());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {errors}");
    let seen: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{script}: {error}: {errors}"));
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{script}: {seen}")).to_owned();
    let texts = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
    let page = |page: &Value| SeenPage {
        name: text(&page["name"]),
        address: text(&page["address"]),
        language: text(&page["language"]),
        text: text(&page["text"]),
        faults: texts(&page["faults"]),
    };
    Seen {
        pages: seen["pages"].as_array().unwrap().iter().map(page).collect(),
        violations: texts(&seen["violations"]),
        told: seen["told"].clone(),
    }
}

impl Seen {
    /// A page of the story, by its name: the first of that name.
    pub(crate) fn page(&self, name: &str) -> &SeenPage {
        self.pages.iter().find(|page| page.name == name).unwrap_or_else(|| panic!("{name}: {self:#?}"))
    }

    /// Fails when a page did what its policy forbids, or is hard to use.
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.violations, Vec::<String>::new());
        for page in &self.pages {
            assert_eq!(page.faults, Vec::<String>::new(), "{}: {}", page.name, page.text);
        }
    }
}

/// The executable of the browser.
fn executable() -> PathBuf {
    let found = NAMES.iter().find_map(|name| {
        let output = Command::new("sh").args(["-c", "command -v \"$0\"", name]).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().into())
    });
    found.unwrap_or_else(|| {
        panic!("there is no Chromium: install it (Debian: `apt install chromium`); it is called {NAMES:?}")
    })
}
