//! What the settings are told as.

use serde_json::{Value, json};

use crate::render::table::{Headings, Width, fields, table};
use crate::render::text::{count, plain};
use crate::settings::variables::{self, Effect, Section, Variable};
use crate::settings::{Effective, Origin, Settings, WithoutEffect};

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is in force.
    InForce,
    /// Also what is set and has no effect.
    All,
}

/// One setting that was asked for.
#[derive(Debug)]
pub(super) struct One {
    variable: &'static Variable,
    section: &'static Section,
    value: Found,
}

/// What is known about the value of a setting.
#[derive(Debug)]
enum Found {
    /// It is in force.
    InForce(Effective),
    /// It is set and has no effect.
    WithoutEffect(WithoutEffect),
    /// It is not set, or it only stands in for another one.
    Nothing,
}

/// Every setting for people.
pub(super) fn for_people(settings: &Settings, extent: Extent, width: Width, headings: Headings) -> String {
    let rows: Vec<Vec<String>> = settings
        .effective()
        .iter()
        .map(|setting| vec![setting.variable.name.to_owned(), setting.shown(), origin(&setting.origin)])
        .collect();
    let mut parts = vec![table(&["Setting", "Value", "From"], &rows, width, headings)];
    if extent == Extent::All && !settings.without_effect.is_empty() {
        let rows: Vec<Vec<String>> = settings.without_effect.iter().map(row_without_effect).collect();
        parts.push(table(&["Without effect", "Value", "From", "Why"], &rows, width, headings));
    }
    let mut unknown: Vec<Vec<String>> =
        settings.unknown.iter().map(|name| vec![name.clone(), meant(name).unwrap_or_default()]).collect();
    unknown.extend(settings.unknown_keys.iter().map(|found| {
        let place = format!("{} in {}, line {}", found.key, found.path.display(), found.line);
        vec![plain(&place), variables::nearest_key(&found.key).unwrap_or_default()]
    }));
    if !unknown.is_empty() {
        parts.push(table(&["Unknown", "Perhaps meant"], &unknown, width, headings));
    }
    parts.join("\n\n")
}

/// Every setting for programs.
pub(super) fn for_programs(settings: &Settings, extent: Extent) -> Value {
    let in_force: Vec<Value> = settings.effective().iter().map(in_force).collect();
    let mut unknown: Vec<Value> =
        settings.unknown.iter().map(|name| json!({ "name": name, "perhaps_meant": meant(name) })).collect();
    unknown.extend(settings.unknown_keys.iter().map(|found| {
        json!({
            "name": found.key,
            "path": found.path.display().to_string(),
            "line": found.line,
            "perhaps_meant": variables::nearest_key(&found.key),
        })
    }));
    let mut report = json!({ "settings": in_force, "unknown": unknown });
    if extent == Extent::All {
        let without: Vec<Value> = settings.without_effect.iter().map(without_effect).collect();
        report["without_effect"] = json!(without);
    }
    report
}

/// A sentence about what is not told.
pub(super) fn left_out(settings: &Settings, extent: Extent) -> Option<String> {
    let number = settings.without_effect.len() as u64;
    let is_told = extent == Extent::All || number == 0;
    let has = if number == 1 { "has" } else { "have" };
    let what = count(number, "more variable is set and", "more variables are set and");
    (!is_told).then(|| format!("{what} {has} no effect: --all says which and why"))
}

impl One {
    /// The setting with this name.
    pub(super) fn of(settings: &Settings, name: &str) -> Option<Self> {
        let (section, variable) = variables::find(name)?;
        let in_force = settings.effective().into_iter().find(|setting| setting.variable == variable);
        let without = || settings.without_effect.iter().find(|found| found.name == name).cloned();
        let value = match in_force {
            Some(setting) => Found::InForce(setting),
            None => without().map_or(Found::Nothing, Found::WithoutEffect),
        };
        Some(Self { variable, section, value })
    }

    /// For people.
    pub(super) fn for_people(&self) -> String {
        let mut list = vec![("Setting", self.variable.name.to_owned())];
        list.extend(variables::key(self.section, self.variable).map(|key| ("Key in the file", key)));
        match &self.value {
            Found::InForce(setting) => {
                list.push(("Value", setting.shown()));
                list.push(("From", origin(&setting.origin)));
            }
            Found::WithoutEffect(found) => {
                list.push(("Value", hidden(found)));
                list.push(("From", found.place.clone()));
            }
            Found::Nothing => {}
        }
        list.extend(
            self.variable.instead_of.map(|other| ("Instead of", format!("{other}, if that is not set"))),
        );
        list.push(("Default", self.variable.default.to_owned()));
        list.push(("Meaning", self.variable.meaning.to_owned()));
        list.extend(effect(self.section, self.variable).map(|why| ("Effect", why)));
        list.retain(|(_, text)| !text.is_empty());
        fields(&list)
    }

    /// For programs.
    pub(super) fn for_programs(&self) -> Value {
        match &self.value {
            Found::InForce(setting) => in_force(setting),
            Found::WithoutEffect(found) => without_effect(found),
            Found::Nothing => json!({
                "name": self.variable.name,
                "value": null,
                "default": self.variable.default,
                "meaning": self.variable.meaning,
                "instead_of": self.variable.instead_of,
                "no_effect": effect(self.section, self.variable),
            }),
        }
    }
}

fn in_force(setting: &Effective) -> Value {
    let is_secret = setting.variable.exposure == variables::Exposure::Secret;
    json!({
        "name": setting.variable.name,
        "value": if is_secret { None } else { setting.value.as_deref() },
        "is_secret": is_secret,
        "origin": origin_for_programs(&setting.origin),
        "default": setting.variable.default,
        "meaning": setting.variable.meaning,
    })
}

fn origin_for_programs(origin: &Origin) -> Value {
    match origin {
        Origin::Default => json!({ "kind": "default" }),
        Origin::ConfigFile { key, path, line } => {
            json!({ "kind": "config_file", "key": key, "path": path.display().to_string(), "line": line })
        }
        Origin::SecretFile { path, named } => json!({
            "kind": "secret_file", "path": path.display().to_string(), "named": origin_for_programs(named),
        }),
        Origin::DotEnv { name, path, line } => {
            json!({ "kind": "file", "name": name, "path": path.display().to_string(), "line": line })
        }
        Origin::Environment { name } => json!({ "kind": "environment", "name": name }),
        Origin::Flag { name } => json!({ "kind": "flag", "name": name }),
    }
}

fn without_effect(found: &WithoutEffect) -> Value {
    json!({
        "name": found.name,
        "value": found.text,
        "is_secret": found.text.is_none(),
        "place": found.place,
        "no_effect": effect(found.section, found.variable),
    })
}

fn row_without_effect(found: &WithoutEffect) -> Vec<String> {
    let why = effect(found.section, found.variable).unwrap_or_default();
    vec![plain(&found.name), hidden(found), found.place.clone(), why]
}

fn hidden(found: &WithoutEffect) -> String {
    found.text.clone().unwrap_or_else(|| "set (not shown)".to_owned())
}

/// Why a variable does nothing; none when it does something.
fn effect(section: &Section, variable: &Variable) -> Option<String> {
    match section.effect {
        Effect::Now => None,
        Effect::Later => Some(format!("comes later: {}", section.title)),
        Effect::Never | Effect::Foreign => Some(variable.meaning.to_owned()),
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        other => other.to_string(),
    }
}

fn meant(name: &str) -> Option<String> {
    variables::nearest(name).map(str::to_owned)
}

#[cfg(test)]
mod tests;
