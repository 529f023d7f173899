//! The composition root: which adapter stands behind which port.

mod people;

pub use people::{authorization_server, issuer, knowing};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth::Authenticator;
use auth::accounts::Accounts;
use auth::keys::Keys;
use auth::spaces::Spaces;
use embed::BuiltIn;
use embed_http::HttpEmbedder;
use embed_local::{LocalEmbedder, ModelDirectory};
use engine::{BackupSchedule, Capability, Engine, Grant, Parts};
use http_server::EventOptions;
use mcp::Defaults;
use model::{ModelIdentity, Space};
use ports::{Embedder, MemoryStore, OpenStore, Readiness, StoreError, SystemClock, SystemRng};
use store_sqlite::{NetworkFileSystem, SqliteKeyStore, SqliteStore};

use crate::process;
use crate::settings::{Backend, EmbeddingModel, Settings};

/// How long a command waits for a model in a directory.
const LOADING: Duration = Duration::from_secs(60);

/// Who uses the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A server: memories that wait for their vector are embedded in the background.
    Server,
    /// A command that ends soon: they are left to a server or to `memory doctor --fix`.
    Command,
}

/// An engine as the settings want it. Opens no database and loads no model; one in a directory is looked through.
#[must_use]
pub fn engine(settings: &Settings, used_by: Use) -> Engine {
    let (embedder, previous) = embedders(settings);
    let stores = match settings.backend.value {
        Backend::SqliteVec => files(settings, embedder.model().clone()),
    };
    Engine::new(Parts {
        stores: Arc::new(stores),
        embedder,
        previous,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        settings: engine::Settings {
            // No cosine is above 1: nothing is called a near-duplicate then.
            near_duplicate_cosine: match settings.near_duplicates.value {
                true => settings.near_duplicate_cosine.value,
                false => f64::INFINITY,
            },
            word_weight: settings.weights.words.value,
            meaning_weight: settings.weights.meaning.value,
            splitting: settings.splitting.splitting,
            session_chunk_chars: settings.session_chunk_chars.value,
            decay_window_days: settings.decay_window_days.value,
            retention_days: settings.retention_days.value,
            ontology: settings.ontology.clone(),
            tag_namespaces: settings.tag_namespaces.clone(),
            backups: settings.scheduled_backups.schedule(&settings.backups.value),
            check_interval: settings.checks.interval(),
            embed_wait: embed_wait(settings, used_by),
            embed_in_background: used_by == Use::Server,
            ..engine::Settings::default()
        },
    })
}

/// How long is waited for the model. A command loads it each time, and one in a directory may be large: a person rather waits
/// than gets half of an answer.
fn embed_wait(settings: &Settings, used_by: Use) -> Duration {
    match (used_by, &settings.model.value) {
        (Use::Command, EmbeddingModel::Directory(_)) => LOADING,
        _ => engine::Settings::default().embed_wait,
    }
}

/// The API keys of this installation, for making and revoking them.
#[must_use]
pub fn keys_of(access: &Arc<SqliteKeyStore>) -> Keys {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    Keys::new(access.clone(), access.clone(), access.clone(), access.clone(), clock, rng)
}

/// Everything that says who may do what on this installation: keys, shared spaces, the audit log. Nothing is opened before it
/// is asked for.
///
/// # Errors
/// [`StoreError::Open`] when its threads cannot be started.
pub fn access(settings: &Settings) -> Result<Arc<SqliteKeyStore>, StoreError> {
    let path = settings.access.file.value.clone();
    Ok(Arc::new(SqliteKeyStore::new(path, network(settings))?))
}

/// Who a request over HTTP is from, as the settings want it; users and the programs that act for them come with [`knowing`].
#[must_use]
pub fn authenticator(settings: &Settings, access: &Arc<SqliteKeyStore>) -> Authenticator {
    Authenticator::new(settings.access.policy(), access.clone(), Arc::new(SystemClock))
}

/// People who sign in, with the audit log and what they allowed programs.
#[must_use]
pub fn accounts_of(access: &Arc<SqliteKeyStore>) -> Accounts {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    Accounts::new(access.clone(), access.clone(), clock, rng)
        .with_grants(access.clone())
        .with_keys(access.clone())
}

/// Spaces that users share, with the audit log.
#[must_use]
pub fn spaces_of(access: &Arc<SqliteKeyStore>) -> Spaces {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    Spaces::new(access.clone(), access.clone(), access.clone(), clock, rng)
}

/// The handle of the person at the command line, who owns the files.
#[must_use]
pub fn owner(engine: &Engine) -> Grant {
    engine.grant(&Space::Default, Capability::Admin)
}

/// What a call of a tool means that leaves something out, as the settings want it.
#[must_use]
pub fn defaults(settings: &Settings) -> Defaults {
    Defaults {
        agent_id: settings.agent_id.value.clone(),
        client_hostname: settings.include_hostname.value.then(process::hostname).flatten(),
        max_response_chars: settings.max_response_chars.value,
    }
}

/// How a server behaves, as the settings want it.
#[must_use]
pub fn server_options(settings: &Settings) -> mcp::Options {
    mcp::Options { defaults: defaults(settings), profile: settings.tool_profile.value }
}

/// How the HTTP door behaves, as the settings want it.
#[must_use]
pub fn http_options(settings: &Settings) -> http_server::Options {
    let (http, events) = (&settings.http, &settings.events);
    http_server::Options {
        max_body_bytes: http.max_body_bytes.value,
        keep_alive: http.keep_alive(),
        requests_per_minute: u32::try_from(http.rate_per_minute.value).unwrap_or(u32::MAX),
        allowed_hosts: http.allowed_hosts.value.clone(),
        cors_origins: http.cors_origins.value.clone(),
        trusted_proxies: http.trusted_proxies.value.clone(),
        query_credentials: http.query_credentials.value,
        root_path: http.root_path.value.clone(),
        is_tls: settings.tls.is_on.value,
        drain: http.drain(),
        defaults: defaults(settings),
        profile: settings.tool_profile.value,
        events: EventOptions {
            heartbeat: Duration::from_secs(events.heartbeat_s.value as u64),
            replay: events.replay.value,
            max_streams: events.max_streams.value,
        },
        metrics: events.metrics.value,
        oauth_max_body_bytes: settings.oauth.max_body_bytes.value,
        ..http_server::Options::default()
    }
}

/// Where a space is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its database file.
    pub database: PathBuf,
    /// The directory of its backups.
    pub backups: PathBuf,
}

/// Where a space is, as the settings want it. With SQLite each space is a file of its own, and so are its backups.
#[must_use]
pub fn place(settings: &Settings, space: &Space) -> Place {
    Place::of(settings.database.value.clone(), &settings.backups.value, &settings.access.spaces.value, space)
}

/// How the database file of a space is opened, as the settings want it: for what is done to the file itself.
#[must_use]
pub fn database(settings: &Settings, space: &Space) -> store_sqlite::Options {
    files(settings, embedders(settings).0.model().clone()).options(space)
}

/// The model in use, and those that may have been in use before and can still be asked. There is no falling back from one
/// to another: a directory that cannot be used is a model that has failed and says why.
fn embedders(settings: &Settings) -> (Arc<dyn Embedder>, Vec<Arc<dyn Embedder>>) {
    let built_in: Arc<dyn Embedder> = Arc::new(BuiltIn::new());
    let local = match &settings.model.value {
        EmbeddingModel::BuiltIn => None,
        EmbeddingModel::Directory(path) => Some(local(path)),
    };
    // An endpoint or a directory that is not set any more is not asked.
    match (settings.embedding_server.endpoint.value.clone(), local) {
        (Some(endpoint), local) => {
            let usable = local.into_iter().filter(|local| local.readiness() != Readiness::Failed);
            (Arc::new(HttpEmbedder::new(endpoint)), usable.chain([built_in]).collect())
        }
        (None, Some(local)) => (local, vec![built_in]),
        (None, None) => (built_in, Vec::new()),
    }
}

fn local(path: &Path) -> Arc<dyn Embedder> {
    Arc::new(match ModelDirectory::open(path) {
        Ok(directory) => LocalEmbedder::new(directory),
        Err(error) => LocalEmbedder::unusable(path, &error),
    })
}

/// The store of a space itself, opened: for what is done to it as a whole.
///
/// # Errors
/// [`StoreError`].
pub async fn open(settings: &Settings, space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
    Ok(Arc::new(SqliteStore::open(database(settings, space)).await?))
}

fn files(settings: &Settings, model: ModelIdentity) -> SqliteFiles {
    SqliteFiles { default: options(settings, model), others: settings.access.spaces.value.clone() }
}

fn options(settings: &Settings, model: ModelIdentity) -> store_sqlite::Options {
    let mut options = store_sqlite::Options::new(settings.database.value.clone(), model);
    options.backups = settings.backups.value.clone();
    options.pragmas = settings.pragmas.value.clone();
    options.network = network(settings);
    options
}

fn network(settings: &Settings) -> NetworkFileSystem {
    match settings.allow_network_fs.value {
        true => NetworkFileSystem::Allow,
        false => NetworkFileSystem::Refuse,
    }
}

impl Place {
    /// The place of a space beside a default one.
    fn of(database: PathBuf, backups: &Path, others: &Path, space: &Space) -> Self {
        let database = match space {
            Space::Default => database,
            Space::Named(id) => others.join(id.as_str()).join("memory.db"),
        };
        Self { database, backups: BackupSchedule::directory_of(backups, space) }
    }
}

/// SQLite: each space is a file of its own.
struct SqliteFiles {
    default: store_sqlite::Options,
    /// The directory of all spaces but the default one.
    others: PathBuf,
}

impl SqliteFiles {
    fn options(&self, space: &Space) -> store_sqlite::Options {
        let default = &self.default;
        let place = Place::of(default.path.clone(), &default.backups, &self.others, space);
        let mut options = default.clone();
        (options.path, options.backups) = (place.database, place.backups);
        options
    }
}

#[async_trait]
impl OpenStore for SqliteFiles {
    async fn open(&self, space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
        Ok(Arc::new(SqliteStore::open(self.options(space)).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Environment;
    use ports::{Clock as _, KeyStore};

    #[test]
    fn calls_are_filled_up_as_the_settings_want_it() {
        let resolve = |variables: &[(&str, &str)]| {
            let home = Path::new("/home/u");
            Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home)).unwrap()
        };
        assert_eq!(defaults(&resolve(&[])), Defaults::default());
        let filled = defaults(&resolve(&[
            ("MCP_AGENT_ID", "planner"),
            ("MCP_MAX_RESPONSE_CHARS", "0"),
            ("MCP_MEMORY_INCLUDE_HOSTNAME", "true"),
        ]));
        assert_eq!(filled.agent_id.as_deref(), Some("planner"));
        assert_eq!(filled.max_response_chars, Some(u64::MAX));
        assert_eq!(filled.client_hostname, process::hostname());
    }

    #[test]
    fn each_space_is_a_file_of_its_own_with_backups_of_its_own() {
        let home = Path::new("/home/u");
        let variables = [("MCP_MEMORY_BASE_DIR", "/b"), ("MCP_MEMORY_BACKUPS_PATH", "/k")];
        let settings = Settings::resolve(Vec::new(), Environment::of(&variables, Some(home), home)).unwrap();
        let id = model::SpaceId::from_bytes([7; 10]);
        let own = place(&settings, &Space::Default);
        assert_eq!((&own.database, &*own.backups), (&settings.database.value, Path::new("/k")));
        let crew = place(&settings, &Space::Named(id.clone()));
        assert_eq!(crew.database, Path::new("/b/spaces").join(id.as_str()).join("memory.db"));
        assert_eq!(crew.backups, Path::new("/k").join(id.as_str()));
        for (space, place) in [(Space::Default, own), (Space::Named(id), crew)] {
            let opened = database(&settings, &space);
            assert_eq!((opened.path, opened.backups), (place.database, place.backups));
        }
    }

    #[test]
    fn an_endpoint_embeds_alone_and_the_built_in_model_is_the_one_before() {
        let resolve = |variables: &[(&str, &str)]| {
            let home = Path::new("/home/u");
            Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home)).unwrap()
        };
        let names = |settings: &Settings| {
            let (embedder, previous) = embedders(settings);
            let previous: Vec<String> = previous.iter().map(|one| one.model().to_string()).collect();
            (embedder.model().to_string(), previous, database(settings, &Space::Default).model.to_string())
        };
        let built_in = "all-MiniLM-L6-v2/mean-l2/384".to_owned();
        assert_eq!(names(&resolve(&[])), (built_in.clone(), vec![], built_in.clone()));
        let endpoint = "nomic-embed-text/external/768".to_owned();
        let settings = resolve(&[("MCP_EXTERNAL_EMBEDDING_URL", "http://127.0.0.1:9/v1/embeddings")]);
        assert_eq!(names(&settings), (endpoint.clone(), vec![built_in], endpoint));
    }

    #[test]
    fn a_directory_embeds_alone_and_one_that_cannot_be_used_is_no_other_model() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mine");
        testkit::TinyModel::default().write(&path).unwrap();
        let resolve = |more: &[(&str, &str)]| {
            let variables = [&[("MCP_EMBEDDING_MODEL", path.to_str().unwrap())], more].concat();
            let environment = Environment::of(&variables, Some(home.path()), home.path());
            Settings::resolve(Vec::new(), environment).unwrap()
        };
        let names = |settings: &Settings| {
            let (embedder, previous) = embedders(settings);
            let mut names = vec![embedder.model().name.clone()];
            names.extend(previous.iter().map(|one| one.model().name.clone()));
            names
        };
        assert_eq!(names(&resolve(&[])), ["mine", "all-MiniLM-L6-v2"]);
        let usual = engine::Settings::default().embed_wait;
        assert_eq!(embed_wait(&resolve(&[]), Use::Server), usual);
        assert!(embed_wait(&resolve(&[]), Use::Command) > usual);
        let server = [("MCP_EXTERNAL_EMBEDDING_URL", "http://127.0.0.1:9/v1/embeddings")];
        assert_eq!(names(&resolve(&server)), ["nomic-embed-text", "mine", "all-MiniLM-L6-v2"]);
        std::fs::remove_file(path.join("config.json")).unwrap();
        assert_eq!(names(&resolve(&server)), ["nomic-embed-text", "all-MiniLM-L6-v2"]);
        let (embedder, _) = embedders(&resolve(&[]));
        assert_eq!(embedder.readiness(), Readiness::Failed);
        assert!(embedder.failure().unwrap().contains("config.json is missing"));
    }

    #[tokio::test]
    async fn callers_over_http_are_known_by_the_keys_that_the_settings_name() {
        let home = tempfile::tempdir().unwrap();
        let resolve = |variables: &[(&str, &str)]| {
            let environment = Environment::of(variables, Some(home.path()), home.path());
            Settings::resolve(Vec::new(), environment).unwrap()
        };
        let settings = resolve(&[("MCP_API_KEY", "hunter2")]);
        let (access, keys) = (access(&settings).unwrap(), access(&settings).unwrap());
        let authenticator = authenticator(&settings, &access);
        let shows = async |key: &[u8]| {
            let presented = auth::Presented { bearer: Some(key), ..auth::Presented::default() };
            authenticator.authenticate(presented).await.ok().map(|caller| caller.id)
        };
        assert_eq!(shows(b"hunter2").await.as_deref(), Some("api_key_client"));
        assert_eq!(shows(b"hunter3").await, None);
        assert!(!settings.access.file.value.exists());

        let name = model::KeyName::new("laptop").unwrap();
        let request =
            auth::KeyRequest { name, capability: Capability::Read, space: Space::Default, expires_at: None };
        let (secret, kept) = auth::new_key(request, SystemClock.now(), &SystemRng).unwrap();
        KeyStore::insert(&*keys, kept.clone()).await.unwrap();
        assert!(settings.access.file.value.exists());
        assert_eq!(shows(secret.reveal().as_bytes()).await, Some(format!("key:{}", kept.id)));
        keys.revoke(&kept.id, SystemClock.now()).await.unwrap();
        assert_eq!(shows(secret.reveal().as_bytes()).await, None);
        KeyStore::close(&*keys).await;
        authenticator.close().await;
    }

    #[test]
    fn a_network_file_system_is_refused_unless_the_user_answers_for_it() {
        let network = |variables: &[(&str, &str)]| {
            let home = Path::new("/home/u");
            let settings =
                Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home)).unwrap();
            database(&settings, &Space::Default).network
        };
        assert_eq!(network(&[]), NetworkFileSystem::Refuse);
        assert_eq!(network(&[("MCP_MEMORY_ALLOW_NETWORK_FS", "false")]), NetworkFileSystem::Refuse);
        assert_eq!(network(&[("MCP_MEMORY_ALLOW_NETWORK_FS", "true")]), NetworkFileSystem::Allow);
    }

    #[tokio::test]
    async fn nothing_is_touched_before_it_is_needed_and_then_it_is_where_the_settings_say() {
        let home = tempfile::tempdir().unwrap();
        let (base, database) = (home.path().join("base"), home.path().join("base/here.db"));
        let variables = [
            ("MCP_MEMORY_BASE_DIR", base.to_str().unwrap()),
            ("MCP_MEMORY_SQLITE_PATH", database.to_str().unwrap()),
        ];
        let environment = Environment::of(&variables, Some(home.path()), home.path());
        let settings = Settings::resolve(Vec::new(), environment).unwrap();
        let engine = engine(&settings, Use::Command);
        let owner = owner(&engine);
        assert!(!base.exists());
        let health = owner.reader().health().await;
        assert_eq!(health.status, engine::Status::Healthy, "{:?}", health.reasons);
        assert!(database.exists());
        engine.close().await;
    }
}
