//! Layers to settings.

use std::path::PathBuf;

use mcp::Profile;
use model::{Cuts, MAX_CONTENT_BYTES, MAX_SPLIT_OVERLAP_CHARS, Ontology, Splitting, TagNamespaces};

use super::config_file::UnknownKey;
use super::layers::{Layers, Raw};
use super::log::ALLOWED as ALLOWED_LOG;
use super::variables as var;
use super::{
    Access, Backend, Checks, Discovery, EmbeddingModel, EmbeddingServer, Environment, Events, FlagValue,
    Http, InvalidSetting, LogFilter, LongTexts, OAuth, OpenId, Origin, ScheduledBackups, Setting, Settings,
    TlsSettings, Weights,
};
use super::{parse, paths};

/// The original's weights: a user who set one of the two reckoned with the other's default.
const ORIGINAL_WEIGHTS: (f64, f64) = (0.3, 0.7);

impl Settings {
    /// Reads every layer once and checks what it finds.
    ///
    /// # Errors
    /// [`InvalidSetting`] for the first setting that cannot be used.
    pub fn resolve(flags: Vec<FlagValue>, environment: Environment) -> Result<Self, InvalidSetting> {
        let mut notices = Vec::new();
        let layers = Layers::new(flags, environment, &mut notices)?;
        let (without_effect, unknown) = (layers.without_effect(), layers.unknown_names());
        notices.extend(misspelt(&unknown));
        notices.extend(layers.unknown_keys().iter().map(unknown_key));
        let base = base_directory(&layers);
        let database = file(&layers, &[var::SQLITE_PATH, var::SQLITEVEC_PATH], &base, "sqlite_vec.db")?;
        let backups = file(&layers, &[var::BACKUPS_PATH, var::BACKUPS_PATH_OLD], &base, "backups")?;
        let embedding_server = EmbeddingServer::resolve(&layers)?;
        let model = EmbeddingModel::resolve(&layers)?;
        let http = Http::resolve(&layers)?;
        let access = Access::resolve(&layers, &base, &database)?;
        let tls = TlsSettings::resolve(&layers, &base, &database)?;
        let oauth = OAuth::resolve(&layers, &http.root_path.value)?;
        let openid = OpenId::resolve(&layers)?;
        notices.extend(chosen_here(
            layers.environment(),
            &[
                ("where memories are kept", &database.origin),
                ("where backups go", &backups.origin),
                ("which server texts are sent to", &embedding_server.endpoint.origin),
                ("which model embeds them", &model.origin),
                ("who is let in", &access.owner_key.origin),
                ("which web pages may ask", &http.cors_origins.origin),
                ("which proxies are believed", &http.trusted_proxies.origin),
                ("which certificate is shown", &tls.certificate.origin),
                ("whether callers without a key are let in", &access.allow_anonymous.origin),
                ("where API keys are kept", &access.file.origin),
                ("where shared spaces are kept", &access.spaces.origin),
                ("whether there are accounts", &oauth.is_on.origin),
                ("which address tokens are made for", &oauth.issuer.origin),
                ("who says who people are", &openid.issuer.origin),
            ],
        ));
        Ok(Self {
            backend: backend(&layers)?,
            scheduled_backups: ScheduledBackups::resolve(&layers)?,
            checks: Checks::resolve(&layers)?,
            config: layers.config(),
            database,
            backups,
            pragmas: checked(layers.get(var::SQLITE_PRAGMAS), parse::pragmas, Vec::new())?,
            allow_network_fs: checked(layers.get(var::ALLOW_NETWORK_FS), parse::switch, false)?,
            base: base.ok(),
            model,
            embedding_server,
            near_duplicates: checked(layers.get(var::DEDUP_ENABLED), parse::switch, true)?,
            near_duplicate_cosine: checked(
                layers.get(var::DEDUP_THRESHOLD),
                parse::fraction,
                engine::Settings::default().near_duplicate_cosine,
            )?,
            weights: weights(&layers)?,
            splitting: long_texts(&layers)?,
            session_chunk_chars: checked(
                layers.get(var::SESSION_CHUNK_SIZE),
                |raw| parse::number(raw, 0, MAX_CONTENT_BYTES),
                engine::Settings::default().session_chunk_chars,
            )?,
            custom_types: checked(
                layers.get(var::CUSTOM_TYPES),
                |raw| raw.as_text().map(|text| Some(text.to_owned())),
                None,
            )?,
            ontology: ontology(&layers)?,
            custom_tag_namespaces: checked(
                layers.get(var::TAG_NAMESPACES),
                |raw| raw.as_text().map(|text| Some(text.to_owned())),
                None,
            )?,
            tag_namespaces: tag_namespaces(&layers)?,
            decay_window_days: checked(layers.get(var::DECAY_WINDOW), parse::days, 0.0)?,
            retention_days: checked(
                layers.get(var::RETENTION_DAYS),
                |raw| parse::number(raw, 1, 36_500).map(|days| u32::try_from(days).ok()),
                None,
            )?,
            tool_profile: tool_profile(&layers)?,
            agent_id: checked(
                layers.get(var::AGENT_ID),
                |raw| raw.as_text().map(|text| Some(text.to_owned())),
                None,
            )?,
            include_hostname: checked(layers.get(var::INCLUDE_HOSTNAME), parse::switch, false)?,
            max_response_chars: checked(
                layers.get(var::MAX_RESPONSE_CHARS),
                |raw| parse::limit(raw).map(Some),
                None,
            )?,
            http: Http::resolve(&layers)?,
            discovery: Discovery::resolve(&layers)?,
            events: Events::resolve(&layers)?,
            access,
            oauth,
            openid,
            tls,
            log: log(&layers, &mut notices)?,
            without_effect,
            unknown,
            unknown_keys: layers.unknown_keys().to_vec(),
            notices,
        })
    }
}

pub(super) fn checked<T>(
    raw: Option<Raw>,
    parse: impl FnOnce(&Raw) -> Result<T, InvalidSetting>,
    default: T,
) -> Result<Setting<T>, InvalidSetting> {
    match raw {
        Some(raw) => Ok(Setting { value: parse(&raw)?, origin: raw.origin }),
        None => Ok(Setting::default(default)),
    }
}

fn backend(layers: &Layers) -> Result<Setting<Backend>, InvalidSetting> {
    let parse = |raw: &Raw| match raw.as_text()?.to_lowercase().as_str() {
        "sqlite_vec" | "sqlite-vec" => Ok(Backend::SqliteVec),
        "cloudflare" | "hybrid" | "milvus" => Err(InvalidSetting::value(
            raw,
            "this release stores in SQLite only, other stores come later: use sqlite_vec",
        )),
        _ => Err(InvalidSetting::value(raw, "it must be sqlite_vec")),
    };
    checked(layers.get(var::BACKEND), parse, Backend::SqliteVec)
}

/// The base directory, or why there is none: that only matters when a default path is needed.
fn base_directory(layers: &Layers) -> Result<Setting<PathBuf>, InvalidSetting> {
    match layers.get(var::BASE_DIR) {
        Some(raw) => Ok(Setting { value: paths::absolute(&raw, layers.environment())?, origin: raw.origin }),
        None => paths::default_base(layers.environment(), var::BASE_DIR).map(Setting::default),
    }
}

pub(super) fn file(
    layers: &Layers,
    names: &[&'static str],
    base: &Result<Setting<PathBuf>, InvalidSetting>,
    default: &str,
) -> Result<Setting<PathBuf>, InvalidSetting> {
    if let Some(raw) = layers.first(names) {
        return Ok(Setting { value: paths::absolute(&raw, layers.environment())?, origin: raw.origin });
    }
    let base = base.clone()?;
    Ok(Setting { value: base.value.join(default), origin: base.origin })
}

fn weights(layers: &Layers) -> Result<Weights, InvalidSetting> {
    let (words, meaning) = (layers.get(var::KEYWORD_WEIGHT), layers.get(var::SEMANTIC_WEIGHT));
    let Some(first) = words.clone().or_else(|| meaning.clone()) else {
        let ours = engine::Settings::default();
        return Ok(Weights {
            words: Setting::default(ours.word_weight),
            meaning: Setting::default(ours.meaning_weight),
        });
    };
    let mut words = checked(words, parse::fraction, ORIGINAL_WEIGHTS.0)?;
    let mut meaning = checked(meaning, parse::fraction, ORIGINAL_WEIGHTS.1)?;
    let sum = words.value + meaning.value;
    if sum <= 0.0 {
        let allowed = format!("{} and {} must not both be 0", var::KEYWORD_WEIGHT, var::SEMANTIC_WEIGHT);
        return Err(InvalidSetting::value(&first, allowed));
    }
    words.value /= sum;
    meaning.value /= sum;
    Ok(Weights { words, meaning })
}

/// The shortest and the longest limit, as the original has them.
const CONTENT_LENGTHS: (usize, usize) = (100, 10_000);

fn long_texts(layers: &Layers) -> Result<LongTexts, InvalidSetting> {
    let is_on = checked(layers.get(var::AUTO_SPLIT), parse::switch, true)?;
    let limit = |raw: &Raw| match raw.as_text()?.to_lowercase().as_str() {
        "none" | "null" | "unlimited" => Ok(None),
        _ => parse::number(raw, CONTENT_LENGTHS.0, CONTENT_LENGTHS.1).map(Some),
    };
    let max_chars = checked(layers.get(var::MAX_CONTENT_LENGTH), limit, None)?;
    let overlap = |raw: &Raw| parse::number(raw, 0, MAX_SPLIT_OVERLAP_CHARS);
    let overlap_chars = checked(layers.get(var::SPLIT_OVERLAP), overlap, 50)?;
    let at_boundaries = checked(layers.get(var::SPLIT_BOUNDARIES), parse::switch, true)?;
    let cuts = if at_boundaries.value { Cuts::AtBoundaries } else { Cuts::Anywhere };
    let splitting = match max_chars.value.filter(|_| is_on.value) {
        Some(max) => Some(splitting(layers, max, overlap_chars.value, cuts)?),
        None => None,
    };
    Ok(LongTexts { is_on, max_chars, overlap_chars, at_boundaries, splitting })
}

fn splitting(layers: &Layers, max: usize, overlap: usize, cuts: Cuts) -> Result<Splitting, InvalidSetting> {
    // One of the two is set, or they would fit together.
    let raw = layers.first(&[var::SPLIT_OVERLAP, var::MAX_CONTENT_LENGTH]);
    Splitting::new(max, overlap, cuts).map_err(|error| match raw {
        Some(raw) => InvalidSetting::value(&raw, error.to_string()),
        None => InvalidSetting::Value {
            origin: "the default".to_owned(),
            value: overlap.to_string(),
            allowed: error.to_string(),
        },
    })
}

fn ontology(layers: &Layers) -> Result<Ontology, InvalidSetting> {
    let Some(raw) = layers.get(var::CUSTOM_TYPES) else { return Ok(Ontology::built_in()) };
    Ontology::with_custom_json(raw.as_text()?).map_err(|error| InvalidSetting::value(&raw, error.to_string()))
}

fn tag_namespaces(layers: &Layers) -> Result<TagNamespaces, InvalidSetting> {
    let Some(raw) = layers.get(var::TAG_NAMESPACES) else { return Ok(TagNamespaces::built_in()) };
    TagNamespaces::with_custom(raw.as_text()?).map_err(|error| InvalidSetting::value(&raw, error.to_string()))
}

fn tool_profile(layers: &Layers) -> Result<Setting<Profile>, InvalidSetting> {
    let parse = |raw: &Raw| {
        let names = || Profile::ALL.map(Profile::name).join(", ");
        Profile::parse(raw.as_text()?)
            .ok_or_else(|| InvalidSetting::value(raw, format!("it must be one of {}", names())))
    };
    checked(layers.get(var::TOOL_PROFILE), parse, Profile::Default)
}

/// One sentence about what the `.env` file of the working directory chose of where memories go. It may have come with
/// somebody else's repository.
fn chosen_here(environment: &Environment, choices: &[(&str, &Origin)]) -> Option<String> {
    let here = environment.working_directory().join(".env");
    let is_here = |origin: &Origin| matches!(origin, Origin::DotEnv { path, .. } if *path == here);
    let chosen: Vec<&str> =
        choices.iter().filter(|(_, origin)| is_here(origin)).map(|(what, _)| *what).collect();
    (!chosen.is_empty()).then(|| {
        let file = here.display().to_string();
        format!("{} says {}: is that file yours?", file.escape_debug(), chosen.join(", "))
    })
}

/// A sentence for each name that is most likely written wrongly.
fn misspelt(unknown: &[String]) -> impl Iterator<Item = String> {
    unknown.iter().filter(|name| var::is_misspelt(name)).map(|name| {
        let advice = match var::nearest(name) {
            Some(known) => format!("did you mean {known}?"),
            None => "is it written correctly?".to_owned(),
        };
        format!("{name} is no setting of this program and is ignored: {advice}")
    })
}

/// A sentence about a key of the configuration file that means nothing.
fn unknown_key(unknown: &UnknownKey) -> String {
    let advice = match var::nearest_key(&unknown.key) {
        Some(known) => format!("did you mean {known}?"),
        None => "is it written correctly?".to_owned(),
    };
    let (key, path, line) = (unknown.key.escape_debug(), unknown.path.display(), unknown.line);
    format!("{key} in {path}, line {line}, is no setting of this program and is ignored: {advice}")
}

/// Our own variable must be right; those that other programs use too are taken if they can be understood.
fn log(layers: &Layers, notices: &mut Vec<String>) -> Result<Setting<LogFilter>, InvalidSetting> {
    for name in [var::LOG, var::LOG_OLD, var::LOG_RUST] {
        let Some(raw) = layers.get(name) else { continue };
        match LogFilter::parse(raw.as_text()?) {
            Some(value) => return Ok(Setting { value, origin: raw.origin }),
            None if name == var::LOG => return Err(InvalidSetting::value(&raw, ALLOWED_LOG)),
            None => notices.push(format!("{} is ignored: {ALLOWED_LOG}", raw.origin)),
        }
    }
    Ok(Setting::default(LogFilter::default()))
}

#[cfg(test)]
mod tests;
