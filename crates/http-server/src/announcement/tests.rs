use mdns_sd::ServiceEvent;

use super::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

fn announcement(name: &str) -> Announcement {
    Announcement {
        name: name.to_owned(),
        service_type: "_mcp-memory._tcp.local.".to_owned(),
        is_tls: true,
        needs_key: true,
    }
}

#[test]
fn only_a_server_that_other_machines_reach_is_announced() {
    let reach = |text: &str| Reach::of(text.parse().unwrap());
    for local in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "224.0.0.1"] {
        assert_eq!(reach(local), None, "{local}");
    }
    assert_eq!(reach("0.0.0.0"), Some(Reach::Version4));
    assert_eq!(reach("::"), Some(Reach::All));
    for one in ["192.168.0.7", "fd00::7", "203.0.113.9"] {
        assert_eq!(reach(one), Some(Reach::One(one.parse().unwrap())));
    }
    let address = "127.0.0.1:8000".parse().unwrap();
    let refused = Announcer::start(&announcement("Test Service"), address).err().unwrap();
    assert!(refused.to_string().contains("127.0.0.1:8000"), "{refused}");
}

#[test]
fn the_record_is_the_one_of_the_original_and_holds_nothing_else() {
    let record = |announcement: &Announcement, reach: Reach| announcement.record(&reach, 8443).unwrap();
    let one = Reach::One("192.168.0.7".parse().unwrap());
    let told = record(&announcement("Test Service"), one);
    assert_eq!(told.get_fullname(), "Test Service._mcp-memory._tcp.local.");
    assert_eq!((told.get_hostname(), told.get_port()), ("test-service.local.", 8443));
    assert!(!told.is_addr_auto());
    let text = |told: &ServiceInfo| {
        told.get_properties().iter().map(|one| format!("{}={}", one.key(), one.val_str())).collect::<Vec<_>>()
    };
    let version = concat!("api_version=", env!("CARGO_PKG_VERSION"));
    let paths = ["api_path=/api", "sse_path=/api/events", "docs_path=/api/docs"];
    assert_eq!(text(&told), [&[version, "https=True", "auth_required=True"][..], &paths].concat());
    let open = Announcement { is_tls: false, needs_key: false, ..announcement("Test Service") };
    let told = record(&open, Reach::Version4);
    assert!(told.is_addr_auto() && told.get_addresses().is_empty());
    assert_eq!(text(&told)[1..3], ["https=False", "auth_required=False"]);
}

#[test]
fn a_machine_has_a_name_that_is_one() {
    for (name, expected) in [
        ("MCP Memory Service", "mcp-memory-service"),
        ("Box 7", "box-7"),
        (" Gedächtnis! ", "ged-chtnis"),
        ("記憶", NAMELESS),
        ("a.b", "a-b"),
    ] {
        assert_eq!(host(name), expected, "{name}");
    }
}

/// Over loopback, which every machine has, and at a port that no other program answers at.
#[tokio::test]
async fn it_is_found_and_it_is_gone_when_it_has_said_goodbye() {
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let here = Reach::One("127.0.0.1".parse().unwrap());
    let daemon = || {
        let daemon = ServiceDaemon::new_with_port(port).unwrap();
        here.limit(&daemon).unwrap();
        daemon
    };
    let (announcing, looking) = (daemon(), daemon());
    let found = looking.browse("_mcp-memory._tcp.local.").unwrap();
    let next = async |wanted: &dyn Fn(&ServiceEvent) -> bool| {
        let search = async {
            loop {
                let event = found.recv_async().await.unwrap();
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.unwrap()
    };

    let record = announcement("Test Service").record(&here, 8443).unwrap();
    let full_name = publish(&announcing, record).unwrap();
    let announcer = Announcer { daemon: announcing, full_name: full_name.clone() };
    let event = next(&|event| matches!(event, ServiceEvent::ServiceResolved(_))).await;
    let ServiceEvent::ServiceResolved(resolved) = event else { unreachable!() };
    assert_eq!((resolved.get_fullname(), resolved.get_port()), (&*full_name, 8443));
    assert_eq!(resolved.get_property_val_str("https"), Some("True"));

    announcer.end().await;
    let event = next(&|event| matches!(event, ServiceEvent::ServiceRemoved(..))).await;
    let ServiceEvent::ServiceRemoved(_, gone) = event else { unreachable!() };
    assert_eq!(gone, full_name);
    looking.shutdown().unwrap();
}
