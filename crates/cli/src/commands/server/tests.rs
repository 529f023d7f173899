use super::signals::{Signal, stopped};
use super::stdio::Stoppable;
use super::*;
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot};

#[tokio::test]
async fn input_ends_when_the_process_is_asked_to_stop_and_stays_ended() {
    let (mut client, server) = tokio::io::duplex(64);
    let (stop, stopped) = oneshot::channel::<()>();
    let mut input = Stoppable::new(server, async { drop(stopped.await) });
    tokio::io::AsyncWriteExt::write_all(&mut client, b"ping").await.unwrap();
    let mut four = [0; 4];
    input.read_exact(&mut four).await.unwrap();
    assert_eq!(&four, b"ping");
    stop.send(()).unwrap();
    assert_eq!(input.read(&mut four).await.unwrap(), 0);
    assert_eq!(input.read(&mut four).await.unwrap(), 0);
}

#[tokio::test]
async fn who_asks_again_ends_the_server_at_once() {
    let (ask, signals) = mpsc::channel(2);
    let (end, mut ended) = oneshot::channel();
    let stopping = stopped(signals, move |signal| assert_eq!(end.send(signal), Ok(())));
    ask.send(Signal { name: "SIGTERM", number: 15 }).await.unwrap();
    stopping.await;
    tokio::task::yield_now().await;
    assert!(ended.try_recv().is_err(), "the first only stops it");
    let again = Signal { name: "SIGINT", number: 2 };
    ask.send(again).await.unwrap();
    assert_eq!(ended.await, Ok(again));
}

#[test]
fn the_flags_of_the_original_stand_for_their_variables() {
    let server = Server {
        debug: true,
        storage_backend: Some("hybrid".to_owned()),
        http_port: Some("9".to_owned()),
        ..Server::default()
    };
    let source =
        Source { db: Some("x.db".into()), config: Some("c.toml".into()), log_level: None, space: None };
    let flags = server.flag_values(&source);
    let flags: Vec<_> =
        flags.iter().map(|flag| (flag.flag, flag.variable, flag.text.to_str().unwrap())).collect();
    assert_eq!(
        flags,
        [
            ("--db", "MCP_MEMORY_SQLITE_PATH", "x.db"),
            ("--config", "MCP_MEMORY_CONFIG", "c.toml"),
            ("--debug", "MCP_LOG_LEVEL", "debug"),
            ("--storage-backend", "MCP_MEMORY_STORAGE_BACKEND", "hybrid"),
            ("--http-port", "MCP_HTTP_PORT", "9"),
        ]
    );
}

#[test]
fn a_flag_or_a_switch_goes_before_what_a_container_is_for() {
    let served = |variables: &[(&str, &str)], everything| {
        let home = std::path::Path::new("/home/u");
        let environment = Environment::of(variables, Some(home), home);
        surface(&Settings::resolve(Vec::new(), environment).unwrap(), everything)
    };
    assert_eq!(served(&[], false), None);
    for (word, expected) in [
        ("mcp", None),
        ("HTTP", Some(Surface::Everything)),
        ("api", Some(Surface::Everything)),
        ("streamable-http", Some(Surface::Mcp)),
    ] {
        assert_eq!(served(&[("MCP_MODE", word)], false), expected, "{word}");
        assert_eq!(served(&[("MCP_MODE", word)], true), Some(Surface::Everything), "{word}");
        let both = [("MCP_MODE", word), ("MCP_SSE_MODE", "1")];
        assert_eq!(served(&both, false), Some(Surface::Sse), "{word}");
    }
    let home = std::path::Path::new("/home/u");
    let odd = Environment::of(&[("MCP_MODE", "https")], Some(home), home);
    assert!(Settings::resolve(Vec::new(), odd).unwrap_err().to_string().contains("streamable-http"));
}
