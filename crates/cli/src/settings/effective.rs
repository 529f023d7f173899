//! The settings as they are in force.

use std::path::PathBuf;

use super::variables::{self as var, Exposure, Variable};
use super::{Backend, Origin, Setting, Settings};

/// One setting as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// Its row of the table.
    pub variable: &'static Variable,
    /// Its value as it could be written; none when nothing is set and there is no default.
    pub value: Option<String>,
    /// Where that comes from.
    pub origin: Origin,
}

impl Settings {
    /// Every setting that has effect, in the order of the table. One that only stands in for another is not listed: it is
    /// the origin of that one then.
    #[must_use]
    pub fn effective(&self) -> Vec<Effective> {
        let mut found: Vec<Effective> = self.rows().into_iter().flatten().collect();
        let place = |name: &str| var::names().position(|known| known == name);
        found.sort_by_key(|effective| place(effective.variable.name));
        found
    }

    /// One sentence for all variables that are set and do nothing: for the log of a server. Names that other programs have
    /// too are not counted.
    #[must_use]
    pub fn in_vain(&self) -> Option<String> {
        let names = self.without_effect.iter().map(|found| found.name.as_str());
        let names: Vec<&str> = names.filter(|name| var::is_ours(name)).collect();
        let (verb, them) = if names.len() == 1 { ("is", "it has") } else { ("are", "they have") };
        let names = (!names.is_empty()).then(|| names.join(", "))?;
        Some(format!("{names} {verb} set, but {them} no effect here: `memory config --all` says why"))
    }

    fn rows(&self) -> Vec<Option<Effective>> {
        let kind = match self.backend.value {
            Backend::SqliteVec => "sqlite_vec",
        };
        let pragmas: Vec<String> =
            self.pragmas.value.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (texts, server) = (&self.splitting, &self.embedding_server);
        let upkeep = &self.scheduled_backups;
        let chars = self.max_response_chars.value.map(|chars| if chars == u64::MAX { 0 } else { chars });
        let (http, events, access, tls) = (&self.http, &self.events, &self.access, &self.tls);
        let (oauth, openid) = (&self.oauth, &self.openid);
        vec![
            row(var::BACKEND, &self.backend, kind),
            row(var::SQLITE_PATH, &self.database, self.database.value.display()),
            self.base.as_ref().and_then(|base| row(var::BASE_DIR, base, base.value.display())),
            row(var::BACKUPS_PATH, &self.backups, self.backups.value.display()),
            row(var::SQLITE_PRAGMAS, &self.pragmas, pragmas.join(",")),
            row(var::ALLOW_NETWORK_FS, &self.allow_network_fs, self.allow_network_fs.value),
            row(var::EMBEDDING_MODEL, &self.model, &self.model.value),
            row(var::EXTERNAL_EMBEDDING_URL, &server.endpoint, server.shown_address()),
            row(var::EXTERNAL_EMBEDDING_MODEL, &server.model, &server.model.value),
            row(var::EXTERNAL_EMBEDDING_KEY, &server.key, server.key.value.as_ref().map_or("", |_| "set")),
            row(
                var::EXTERNAL_EMBEDDING_DIMENSION,
                &server.dimension,
                server.dimension.value.map_or_else(String::new, |n| n.to_string()),
            ),
            row(var::KEYWORD_WEIGHT, &self.weights.words, self.weights.words.value),
            row(var::SEMANTIC_WEIGHT, &self.weights.meaning, self.weights.meaning.value),
            row(
                var::MAX_RESPONSE_CHARS,
                &self.max_response_chars,
                chars.map_or_else(String::new, |n| n.to_string()),
            ),
            row(var::DEDUP_ENABLED, &self.near_duplicates, self.near_duplicates.value),
            row(var::DEDUP_THRESHOLD, &self.near_duplicate_cosine, self.near_duplicate_cosine.value),
            row(var::AUTO_SPLIT, &texts.is_on, texts.is_on.value),
            row(
                var::MAX_CONTENT_LENGTH,
                &texts.max_chars,
                texts.max_chars.value.map_or_else(|| "unlimited".to_owned(), |n| n.to_string()),
            ),
            row(var::SPLIT_OVERLAP, &texts.overlap_chars, texts.overlap_chars.value),
            row(var::SPLIT_BOUNDARIES, &texts.at_boundaries, texts.at_boundaries.value),
            row(var::SESSION_CHUNK_SIZE, &self.session_chunk_chars, self.session_chunk_chars.value),
            row(
                var::CUSTOM_TYPES,
                &self.custom_types,
                self.custom_types.value.as_deref().unwrap_or_default(),
            ),
            row(var::DECAY_WINDOW, &self.decay_window_days, self.decay_window_days.value),
            row(
                var::RETENTION_DAYS,
                &self.retention_days,
                self.retention_days.value.map_or_else(String::new, |days| days.to_string()),
            ),
            row(
                var::TAG_NAMESPACES,
                &self.custom_tag_namespaces,
                self.custom_tag_namespaces.value.as_deref().unwrap_or_default(),
            ),
            row(var::BACKUP_ENABLED, &upkeep.is_on, upkeep.is_on.value),
            row(var::BACKUP_INTERVAL, &upkeep.interval, upkeep.interval.value.name()),
            row(var::BACKUP_RETENTION, &upkeep.days, upkeep.days.value),
            row(var::BACKUP_MAX_COUNT, &upkeep.count, upkeep.count.value),
            row(var::CHECK_ENABLED, &self.checks.is_on, self.checks.is_on.value),
            row(var::CHECK_INTERVAL, &self.checks.interval_s, self.checks.interval_s.value),
            row(var::CONFIG, &self.config, shown(self.config.value.as_ref())),
            row(var::MODE, &http.mode, http.mode.value.name()),
            row(var::HTTP_HOST, &http.host, &http.host.value),
            row(var::HTTP_PORT, &http.port, http.port.value),
            row(var::SSE_HOST, &http.mcp_host, &http.mcp_host.value),
            row(var::SSE_PORT, &http.mcp_port, http.mcp_port.value),
            row(var::STREAMABLE_HTTP_MODE, &http.streamable, http.streamable.value),
            row(var::SSE_MODE, &http.sse, http.sse.value),
            row(var::HTTP_MAX_BODY, &http.max_body_bytes, http.max_body_bytes.value),
            row(var::HTTP_DRAIN, &http.drain_s, http.drain_s.value),
            row(var::SSE_HEARTBEAT, &events.heartbeat_s, events.heartbeat_s.value),
            row(var::SSE_REPLAY, &events.replay, events.replay.value),
            row(var::SSE_MAX_CONNECTIONS, &events.max_streams, events.max_streams.value),
            row(var::METRICS_ENABLED, &events.metrics, events.metrics.value),
            row(var::HTTP_KEEP_ALIVE, &http.keep_alive_s, http.keep_alive_s.value),
            row(var::HTTP_RATE, &http.rate_per_minute, http.rate_per_minute.value),
            row(var::HTTP_ALLOWED_HOSTS, &http.allowed_hosts, http.allowed_hosts.value.join(",")),
            row(var::HTTP_CORS_ORIGINS, &http.cors_origins, http.cors_origins.value.join(",")),
            row(var::HTTP_TRUSTED_PROXIES, &http.trusted_proxies, joined(&http.trusted_proxies.value)),
            row(var::HTTP_QUERY_CREDENTIALS, &http.query_credentials, http.query_credentials.value),
            row(var::HTTP_ROOT_PATH, &http.root_path, &http.root_path.value),
            row(var::MDNS_ENABLED, &self.discovery.is_on, self.discovery.is_on.value),
            row(var::MDNS_NAME, &self.discovery.name, &self.discovery.name.value),
            row(var::MDNS_TYPE, &self.discovery.service_type, &self.discovery.service_type.value),
            row(var::HTTPS_ENABLED, &tls.is_on, tls.is_on.value),
            row(var::SSL_CERT_FILE, &tls.certificate, shown(tls.certificate.value.as_ref())),
            row(var::SSL_KEY_FILE, &tls.key, shown(tls.key.value.as_ref())),
            row(var::SSL_IPS, &tls.ips, joined(&tls.ips.value)),
            row(var::SSL_HOSTNAMES, &tls.hostnames, tls.hostnames.value.join(",")),
            row(var::API_KEY, &access.owner_key, access.owner_key.value.as_ref().map_or("", |_| "set")),
            row(var::ALLOW_ANONYMOUS, &access.allow_anonymous, access.allow_anonymous.value),
            row(var::ANONYMOUS_SCOPE, &access.anonymous_scope, access.shown_scope()),
            row(var::ACCESS_PATH, &access.file, access.file.value.display()),
            row(var::SPACES_PATH, &access.spaces, access.spaces.value.display()),
            row(var::AUDIT_DAYS, &access.audit_days, access.audit_days.value),
            row(var::OAUTH_ENABLED, &oauth.is_on, oauth.is_on.value),
            row(var::OAUTH_ISSUER, &oauth.issuer, oauth.issuer.value.as_deref().unwrap_or_default()),
            row(var::OAUTH_ACCESS_TOKEN_MINUTES, &oauth.access_minutes, oauth.access_minutes.value),
            row(var::OAUTH_CODE_MINUTES, &oauth.code_minutes, oauth.code_minutes.value),
            row(var::OAUTH_REFRESH_TOKEN_DAYS, &oauth.refresh_days, oauth.refresh_days.value),
            row(var::OAUTH_MAX_BODY, &oauth.max_body_bytes, oauth.max_body_bytes.value),
            row(var::OAUTH_MAX_STATE, &oauth.max_state_bytes, oauth.max_state_bytes.value),
            row(var::OAUTH_MAX_SCOPE, &oauth.max_scope_bytes, oauth.max_scope_bytes.value),
            row(
                var::OAUTH_MAX_REDIRECT_URI,
                &oauth.max_redirect_uri_bytes,
                oauth.max_redirect_uri_bytes.value,
            ),
            row(
                var::DCR_REGISTRATION_KEY,
                &oauth.registration_key,
                oauth.registration_key.value.as_ref().map_or("", |_| "set"),
            ),
            row(var::OIDC_ISSUER, &openid.issuer, openid.issuer.value.as_deref().unwrap_or_default()),
            row(
                var::OIDC_CLIENT_ID,
                &openid.client_id,
                openid.client_id.value.as_deref().unwrap_or_default(),
            ),
            row(
                var::OIDC_CLIENT_SECRET,
                &openid.client_secret,
                openid.client_secret.value.as_ref().map_or("", |_| "set"),
            ),
            row(var::OIDC_SCOPES, &openid.scopes, &openid.scopes.value),
            row(var::OIDC_NAME, &openid.name, openid.name.value.as_deref().unwrap_or_default()),
            row(var::OIDC_SIGN_UP, &openid.sign_up, openid.shown_sign_up()),
            row(var::TOOL_PROFILE, &self.tool_profile, self.tool_profile.value.name()),
            row(var::AGENT_ID, &self.agent_id, self.agent_id.value.as_deref().unwrap_or_default()),
            row(var::INCLUDE_HOSTNAME, &self.include_hostname, self.include_hostname.value),
            row(var::LOG, &self.log, &self.log.value),
        ]
    }
}

impl Effective {
    /// Its value for people: nothing secret.
    #[must_use]
    pub fn shown(&self) -> String {
        match (&self.value, self.variable.exposure) {
            (None, _) => String::new(),
            (Some(_), Exposure::Secret) => "set (not shown)".to_owned(),
            (Some(value), Exposure::Public) => value.clone(),
        }
    }
}

fn shown(path: Option<&PathBuf>) -> String {
    path.map_or_else(String::new, |path| path.display().to_string())
}

fn joined<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

fn row<T>(name: &str, setting: &Setting<T>, text: impl ToString) -> Option<Effective> {
    let (_, variable) = var::find(name)?;
    let value = Some(text.to_string()).filter(|text| !text.is_empty());
    Some(Effective { variable, value, origin: setting.origin.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Environment;
    use crate::settings::variables::{Effect, sections};
    use std::path::Path;

    fn with(variables: &[(&str, &str)]) -> Vec<Effective> {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home)).unwrap().effective()
    }

    #[test]
    fn every_setting_that_has_effect_is_listed_in_the_order_of_the_table() {
        let listed: Vec<&str> = with(&[]).iter().map(|effective| effective.variable.name).collect();
        let of_table: Vec<&str> = sections()
            .filter(|section| section.effect == Effect::Now)
            .flat_map(|section| section.variables)
            .filter(|variable| variable.instead_of.is_none())
            .map(|variable| variable.name)
            .collect();
        assert_eq!(listed, of_table);
    }

    #[test]
    fn the_defaults_of_the_table_are_those_in_force() {
        for effective in with(&[]) {
            let (name, told) = (effective.variable.name, effective.variable.default);
            // Where a default depends on the platform or on the door, the table has words for it.
            if told.contains(['`', ' ']) {
                continue;
            }
            assert_eq!(effective.value.unwrap_or_default(), told, "{name}");
            assert_eq!(effective.origin, Origin::Default, "{name}");
        }
    }

    #[test]
    fn what_is_written_comes_back_with_its_origin() {
        let name = "MCP_MEMORY_SQLITE_PRAGMAS";
        let written = [
            (name, "busy_timeout=15000,cache_size=-20000"),
            ("MCP_MEMORY_STORAGE_BACKEND", "sqlite_vec"),
            ("MCP_MAX_RESPONSE_CHARS", "0"),
            ("MCP_HYBRID_KEYWORD_WEIGHT", "0.25"),
            ("MCP_HYBRID_SEMANTIC_WEIGHT", "0.75"),
            ("MCP_SEMANTIC_DEDUP_ENABLED", "false"),
            ("MCP_AGENT_ID", "planner"),
            ("MCP_SQLITEVEC_MAX_CONTENT_LENGTH", "800"),
            ("MCP_CONTENT_SPLIT_OVERLAP", "0"),
            ("MCP_CONTENT_PRESERVE_BOUNDARIES", "false"),
            ("MCP_ENABLE_AUTO_SPLIT", "false"),
            ("SESSION_CHUNK_SIZE", "0"),
            ("MCP_CUSTOM_MEMORY_TYPES", "{\"recipe\":[]}"),
            ("MEMORY_DECAY_WINDOW_DAYS", "30"),
            ("MCP_MEMORY_TOOL_PROFILE", "full"),
            ("MCP_MEMORY_RETENTION_DAYS", "30"),
            ("MCP_EXTERNAL_EMBEDDING_MODEL", "bge-m3"),
            ("MCP_EXTERNAL_EMBEDDING_DIMENSION", "1000"),
            ("MCP_LOG_LEVEL", "info"),
            ("MCP_CUSTOM_TAG_NAMESPACES", "crew,team"),
            ("MCP_BACKUP_ENABLED", "false"),
            ("MCP_BACKUP_INTERVAL", "weekly"),
            ("MCP_BACKUP_RETENTION", "30"),
            ("MCP_BACKUP_MAX_COUNT", "3"),
            ("MCP_MEMORY_INTEGRITY_CHECK_ENABLED", "false"),
            ("MCP_MEMORY_INTEGRITY_CHECK_INTERVAL", "60"),
            ("MCP_MEMORY_ALLOW_NETWORK_FS", "true"),
            ("MCP_ALLOW_ANONYMOUS_ACCESS", "true"),
            ("MCP_ANONYMOUS_SCOPE", "read"),
            ("MCP_MODE", "http"),
            ("MCP_HTTP_HOST", "localhost"),
            ("MCP_HTTP_PORT", "8001"),
            ("MCP_SSE_HOST", "localhost"),
            ("MCP_SSE_PORT", "8001"),
            ("MCP_STREAMABLE_HTTP_MODE", "true"),
            ("MCP_SSE_MODE", "true"),
            ("MCP_HTTP_MAX_BODY_BYTES", "2048"),
            ("MCP_TRANSPORT_TIMEOUT_GRACEFUL_SHUTDOWN", "5"),
            ("MCP_SSE_HEARTBEAT", "5"),
            ("MCP_SSE_REPLAY_BUFFER_SIZE", "0"),
            ("MCP_SSE_MAX_CONNECTIONS", "40000"),
            ("MCP_METRICS_ENABLED", "true"),
            ("MCP_TRANSPORT_TIMEOUT_KEEP_ALIVE", "60"),
            ("MCP_RATE_LIMIT_PER_MINUTE", "0"),
            ("MCP_ALLOWED_HOSTS", "memory.example,box:8443"),
            ("MCP_CORS_ORIGINS", "https://app.example"),
            ("MCP_TRUSTED_PROXIES", "10.0.0.0/8"),
            ("MCP_ALLOW_QUERY_CREDENTIALS", "true"),
            ("MCP_HTTP_ROOT_PATH", "/memory"),
            ("MCP_OAUTH_ENABLED", "true"),
            ("MCP_OAUTH_ISSUER", "https://memory.example/memory"),
            ("MCP_OAUTH_ACCESS_TOKEN_EXPIRE_MINUTES", "1440"),
            ("MCP_OAUTH_AUTHORIZATION_CODE_EXPIRE_MINUTES", "10"),
            ("MCP_OAUTH_REFRESH_TOKEN_EXPIRE_DAYS", "365"),
            ("MCP_OAUTH_MAX_BODY_BYTES", "1024"),
            ("MCP_OAUTH_MAX_STATE_LEN", "64"),
            ("MCP_OAUTH_MAX_SCOPE_LEN", "64"),
            ("MCP_OAUTH_MAX_REDIRECT_URI_LEN", "64"),
            ("MCP_OIDC_SCOPES", "openid email"),
            ("MCP_OIDC_NAME", "Example"),
            ("MCP_OIDC_SIGN_UP", "example.org,example.com"),
            ("MCP_HTTPS_ENABLED", "true"),
            ("MCP_SSL_CERT_FILE", "/etc/memory/c.pem"),
            ("MCP_SSL_KEY_FILE", "/etc/memory/k.pem"),
            ("MCP_SSL_ADDITIONAL_IPS", "10.0.0.7,fe80::1"),
            ("MCP_SSL_ADDITIONAL_HOSTNAMES", "memory.local"),
        ];
        let effective = with(&written);
        for (name, text) in written {
            let found = effective.iter().find(|effective| effective.variable.name == name).unwrap();
            assert_eq!(found.value.as_deref(), Some(text), "{name}");
            assert!(matches!(found.origin, Origin::Environment { .. }), "{name}");
        }
    }

    #[test]
    fn o20_a_secret_is_not_shown() {
        let (_, variable) = var::find("MCP_API_KEY").unwrap();
        let effective = Effective { variable, value: Some("hunter2".to_owned()), origin: Origin::Default };
        assert_eq!(effective.shown(), "set (not shown)");
    }
}
