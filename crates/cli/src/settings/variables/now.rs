//! Variables that this release understands.

use super::{Effect, Section, public, secret};

/// What has effect, by subject.
pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "Where memories are",
        effect: Effect::Now,
        variables: &[
            public(super::BACKEND, "sqlite_vec", "the kind of store: `sqlite_vec`"),
            public(super::SQLITE_PATH, "`<base>/sqlite_vec.db`", "the database file"),
            public(super::SQLITEVEC_PATH, "", "the database file").instead_of(super::SQLITE_PATH),
            public(
                super::BASE_DIR,
                "Linux `~/.local/share/mcp-memory`, macOS `~/Library/Application Support/mcp-memory`; there is no release for Windows",
                "the directory of database and backups",
            ),
            public(super::BACKUPS_PATH, "`<base>/backups`", "the directory of backups"),
            public(super::BACKUPS_PATH_OLD, "", "the directory of backups").instead_of(super::BACKUPS_PATH),
            public(super::SQLITE_PRAGMAS, "", "PRAGMAs for each connection: `name=value,name=value`"),
            public(
                super::ALLOW_NETWORK_FS,
                "false",
                "whether the database may lie on a network file system; then only one process at a time may use it",
            ),
        ],
    },
    Section {
        title: "Finding",
        effect: Effect::Now,
        variables: &[
            public(
                super::EMBEDDING_MODEL,
                "all-MiniLM-L6-v2",
                "the embedding model: `all-MiniLM-L6-v2`, which is built in, the path of a directory as sentence-transformers writes it, or the name of a model that Hugging Face's tools have downloaded",
            ),
            secret(
                super::EXTERNAL_EMBEDDING_URL,
                "",
                "the whole address of an OpenAI-compatible embeddings endpoint, used instead of the built-in model",
            ),
            public(
                super::EXTERNAL_EMBEDDING_URL_FILE,
                "",
                "a file with that address, which its owner alone can read",
            )
            .instead_of(super::EXTERNAL_EMBEDDING_URL),
            public(super::EXTERNAL_EMBEDDING_MODEL, "nomic-embed-text", "the endpoint's model"),
            secret(super::EXTERNAL_EMBEDDING_KEY, "", "the endpoint's key, sent as a bearer token"),
            public(
                super::EXTERNAL_EMBEDDING_KEY_FILE,
                "",
                "a file with that key, which its owner alone can read",
            )
            .instead_of(super::EXTERNAL_EMBEDDING_KEY),
            public(
                super::EXTERNAL_EMBEDDING_DIMENSION,
                "that of the model",
                "how many numbers its vectors have; needed for a model that is not well known",
            ),
            public(
                super::KEYWORD_WEIGHT,
                "0.5",
                "how much words count in a search, 0 to 1; 0.3 if only the other is set",
            ),
            public(
                super::SEMANTIC_WEIGHT,
                "0.5",
                "how much meaning counts in a search, 0 to 1; 0.7 if only the other is set",
            ),
            public(
                super::DECAY_WINDOW,
                "0",
                "after how many days a memory counts as old in a ranked search; 0 is never",
            ),
            public(
                super::MAX_RESPONSE_CHARS,
                "40000 for assistants, no limit on the command line",
                "how long the answer to a search may become, in characters; 0 is without limit",
            ),
        ],
    },
    Section {
        title: "Storing",
        effect: Effect::Now,
        variables: &[
            public(
                super::DEDUP_ENABLED,
                "true",
                "whether near-duplicates are named when a memory is stored; they are never dropped",
            ),
            public(
                super::DEDUP_THRESHOLD,
                "0.85",
                "the cosine from which a memory is a near-duplicate, 0 to 1",
            ),
            public(super::AUTO_SPLIT, "true", "whether a text that is longer than the limit below is split"),
            public(
                super::MAX_CONTENT_LENGTH,
                "unlimited",
                "how long a memory may be before it is split, in characters, 100 to 10000, or `unlimited`",
            ),
            public(super::SPLIT_OVERLAP, "50", "how many characters neighbouring parts share, 0 to 500"),
            public(
                super::SPLIT_BOUNDARIES,
                "true",
                "whether texts are split between lines, sentences and words, or anywhere",
            ),
            public(
                super::SESSION_CHUNK_SIZE,
                "1500",
                "how long a part of a stored session may be, in characters; 0 keeps sessions whole",
            ),
            public(
                super::CUSTOM_TYPES,
                "",
                "further types of memories, as JSON: `{\"base\": [\"subtype\"]}`",
            ),
            public(
                super::RETENTION_DAYS,
                "",
                "after how many days a server removes deleted memories for good, 1 to 36500; without it they stay",
            ),
            public(
                super::TAG_NAMESPACES,
                "",
                "further namespaces of tags, separated by commas: tags with others are stored too, and told in the log (level info)",
            ),
            public(super::AGENT_ID, "", "the author that stored memories are marked with"),
            public(
                super::INCLUDE_HOSTNAME,
                "false",
                "whether stored memories are marked with the name of this machine",
            ),
        ],
    },
    Section {
        title: "What a server does by itself",
        effect: Effect::Now,
        variables: &[
            public(super::BACKUP_ENABLED, "true", "whether a server makes backups on a schedule"),
            public(
                super::BACKUP_INTERVAL,
                "daily",
                "how old the newest backup may become before a server makes the next: `hourly`, `daily`, `weekly`",
            ),
            public(
                super::BACKUP_RETENTION,
                "7",
                "how many days such a backup is kept, 1 to 365; the newest always is",
            ),
            public(super::BACKUP_MAX_COUNT, "10", "how many of them are kept, 1 to 100"),
            public(super::CHECK_ENABLED, "true", "whether a server looks for damage from time to time"),
            public(super::CHECK_INTERVAL, "1800", "how often, in seconds, 60 to 86400"),
        ],
    },
    Section {
        title: "Tools",
        effect: Effect::Now,
        variables: &[public(
            super::TOOL_PROFILE,
            "default",
            "which tools an assistant is shown: `default`, `full`, `legacy`; all can be called",
        )],
    },
    Section {
        title: "Over HTTP",
        effect: Effect::Now,
        variables: &[
            public(
                super::MODE,
                "mcp",
                "what `memory server` serves without a flag, in a container: `mcp` (standard input and output), `http` or `api`, `streamable-http`",
            ),
            public(
                super::HTTP_HOST,
                "127.0.0.1",
                "the address or name that `memory server --http` listens at",
            ),
            public(super::HTTP_PORT, "8000", "the port it listens at; 0 is any that is free"),
            public(
                super::HTTPS_PORT,
                "",
                "the same where TLS is on, then before `MCP_HTTP_PORT`; a flag goes before both",
            )
            .instead_of(super::HTTP_PORT),
            public(super::SSE_HOST, "127.0.0.1", "the address or name at which MCP alone is served"),
            public(super::SSE_PORT, "8765", "the port for that; 0 is any that is free"),
            public(
                super::STREAMABLE_HTTP_MODE,
                "false",
                "whether `memory server` serves MCP alone, over streamable HTTP",
            ),
            public(
                super::SSE_MODE,
                "false",
                "whether `memory server` serves the deprecated transport of MCP, HTTP with an event stream",
            ),
            public(
                super::HTTP_MAX_BODY,
                "1048576",
                "how long the body of a request may be, in bytes, 1024 to 1073741824",
            ),
            public(
                super::HTTP_DRAIN,
                "30",
                "how many seconds open requests get when the server ends, 1 to 300",
            ),
            public(
                super::SSE_HEARTBEAT,
                "30",
                "how many seconds lie between two heartbeats of the event stream, 5 to 300",
            ),
            public(
                super::SSE_REPLAY,
                "1000",
                "how many events are kept for clients that come back to the event stream, 0 to 100000",
            ),
            public(
                super::SSE_MAX_CONNECTIONS,
                "2048",
                "how many event streams may be open, 1 to 1000000; a quarter of them may be of one caller",
            ),
            public(
                super::METRICS_ENABLED,
                "false",
                "whether figures for Prometheus are at `/metrics`, for callers who may read",
            ),
            public(
                super::HTTP_KEEP_ALIVE,
                "5",
                "how many seconds a connection stays open on which nothing is asked, 1 to 600",
            ),
            public(
                super::HTTP_RATE,
                "6000",
                "how many requests a minute a key may send, and a machine without one; 0 is any number",
            ),
            public(
                super::HTTP_ALLOWED_HOSTS,
                "",
                "names by which callers without a key may call this server, beside `localhost` and addresses, separated by commas",
            ),
            public(
                super::HTTP_CORS_ORIGINS,
                "",
                "origins of web pages of other places that may ask, separated by commas",
            ),
            public(
                super::HTTP_TRUSTED_PROXIES,
                "",
                "addresses of proxies whose `X-Forwarded-For` is believed, separated by commas",
            ),
            public(
                super::HTTP_QUERY_CREDENTIALS,
                "false",
                "whether a key may stand in the address of the event stream, for clients that cannot do better",
            ),
            public(super::HTTP_ROOT_PATH, "", "the path under which a proxy has all of it: `/memory`"),
        ],
    },
    Section {
        title: "Discovery in the local network",
        effect: Effect::Now,
        variables: &[
            public(
                super::MDNS_ENABLED,
                "false",
                "whether `memory server --http` announces itself (mDNS), if it listens where other machines reach it",
            ),
            public(super::MDNS_NAME, "MCP Memory Service", "the name it announces, at most 63 bytes"),
            public(super::MDNS_TYPE, "`_mcp-memory._tcp.local.`", "the kind of service it announces"),
        ],
    },
    Section {
        title: "TLS",
        effect: Effect::Now,
        variables: &[
            public(
                super::HTTPS_ENABLED,
                "false",
                "whether everything is served over TLS, and nothing without it",
            ),
            public(
                super::SSL_CERT_FILE,
                "",
                "the certificate, a PEM file; without it one is made in `<base>/tls`",
            ),
            public(super::SSL_KEY_FILE, "", "its private key, a PEM file"),
            public(
                super::SSL_IPS,
                "",
                "further addresses in a certificate that is made here, separated by commas",
            ),
            public(
                super::SSL_HOSTNAMES,
                "",
                "further names in a certificate that is made here, separated by commas",
            ),
        ],
    },
    Section {
        title: "Keys",
        effect: Effect::Now,
        variables: &[
            secret(
                super::API_KEY,
                "",
                "a key whose holder may do everything over HTTP; others are made by `memory keys`",
            ),
            public(super::API_KEY_FILE, "", "a file with that key, which its owner alone can read")
                .instead_of(super::API_KEY),
            public(super::ALLOW_ANONYMOUS, "false", "whether callers without a key are served"),
            public(
                super::ANONYMOUS_SCOPE,
                "read write",
                "what callers without a key may do: `read`, `add` (store, but change and delete nothing), `write`, `admin`, each of which includes the ones before it; empty is nothing",
            ),
            public(super::ACCESS_PATH, "`<base>/access.db`", "the file of the keys that `memory keys` makes"),
            public(super::SPACES_PATH, "`<base>/spaces`", "the directory of all spaces but the default one"),
            public(
                super::AUDIT_DAYS,
                "365",
                "how many days the audit log keeps an entry, 1 to 3650; the server over HTTP removes older ones, and of more than 100,000 the oldest",
            ),
        ],
    },
    Section {
        title: "OAuth",
        effect: Effect::Now,
        variables: &[
            public(
                super::OAUTH_ENABLED,
                "false",
                "whether the server over HTTP has accounts and is an OAuth 2.1 authorisation server",
            ),
            public(
                super::OAUTH_ISSUER,
                "where it listens",
                "the address that everybody reaches it by, without a slash at the end: `https://memory.example`; over `http://` only this machine",
            ),
            public(
                super::OAUTH_ACCESS_TOKEN_MINUTES,
                "60",
                "how many minutes an access token is good, 1 to 1440",
            ),
            public(super::OAUTH_CODE_MINUTES, "1", "how many minutes a code is good, 1 to 10"),
            public(
                super::OAUTH_REFRESH_TOKEN_DAYS,
                "30",
                "for how many days a client can renew its access, 1 to 365",
            ),
            public(
                super::OAUTH_MAX_BODY,
                "65536",
                "how long the body of a request to it may be, in bytes, 1024 to 1048576",
            ),
            public(super::OAUTH_MAX_STATE, "4096", "how long `state` may be, in bytes, 64 to 6144"),
            public(super::OAUTH_MAX_SCOPE, "1024", "how long `scope` may be, in bytes, 64 to 4096"),
            public(
                super::OAUTH_MAX_REDIRECT_URI,
                "2048",
                "how long `redirect_uri` may be, in bytes, 64 to 2048",
            ),
            secret(
                super::DCR_REGISTRATION_KEY,
                "",
                "the key that a client must show to register itself; without one, every client may",
            ),
            public(
                super::DCR_REGISTRATION_KEY_FILE,
                "",
                "a file with that key, which its owner alone can read",
            )
            .instead_of(super::DCR_REGISTRATION_KEY),
        ],
    },
    Section {
        title: "Signing in with a provider of identities",
        effect: Effect::Now,
        variables: &[
            public(
                super::OIDC_ISSUER,
                "",
                "the address of an OpenID Connect provider with which users sign in, as it writes it itself: `https://accounts.google.com`; it needs accounts (`MCP_OAUTH_ENABLED`)",
            ),
            public(super::OIDC_CLIENT_ID, "", "as whom this server is known there"),
            secret(super::OIDC_CLIENT_SECRET, "", "what this server proves that with"),
            public(
                super::OIDC_CLIENT_SECRET_FILE,
                "",
                "a file with that secret, which its owner alone can read",
            )
            .instead_of(super::OIDC_CLIENT_SECRET),
            public(
                super::OIDC_SCOPES,
                "openid profile email",
                "what the provider is asked for, separated by blanks; `openid` is among it",
            ),
            public(super::OIDC_NAME, "the host of its address", "how people know the provider"),
            public(
                super::OIDC_SIGN_UP,
                "off",
                "what becomes of people whom nobody linked: `off` refuses them; domains (`example.org,example.com`) make users of those whose verified e-mail address is of one",
            ),
        ],
    },
    Section {
        title: "Configuration file",
        effect: Effect::Now,
        variables: &[public(
            super::CONFIG,
            "`$XDG_CONFIG_HOME/mcp-memory/config.toml`, else `~/.config/mcp-memory/config.toml`",
            "the configuration file; read from the environment and `--config` alone",
        )],
    },
    Section {
        title: "Log",
        effect: Effect::Now,
        variables: &[
            public(
                super::LOG,
                "warning",
                "what is logged: `off`, `error`, `warning`, `info`, `debug`, `trace`, or `target=level,...`",
            ),
            public(super::LOG_OLD, "", "the same; unknown values are ignored").instead_of(super::LOG),
            public(super::LOG_RUST, "", "the same; unknown values are ignored").instead_of(super::LOG),
        ],
    },
];
