//! HTTP/2, frame by frame.

use super::smuggling::impatient;
use super::*;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes()[..], content].concat()
}

/// The first bytes of a client.
pub(super) fn opening() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()
}

/// The fields of `GET /` (RFC 7541): those of the static table, and others as they are.
pub(super) fn head(path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04];
    let text = |block: &mut Vec<u8>, text: &str| {
        block.push(u8::try_from(text.len()).unwrap());
        block.extend(text.bytes());
    };
    text(&mut block, path);
    block.push(0x01);
    text(&mut block, "localhost");
    for (name, value) in fields {
        block.push(0);
        text(&mut block, name);
        text(&mut block, value);
    }
    block
}

/// The kinds of the frames that came, and what was in them.
fn frames(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((head, after)) = rest.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let Some((content, after)) = after.split_at_checked(length) else { break };
        found.push((head[3], content.to_vec()));
        rest = after;
    }
    found
}

async fn all(peer: &mut Peer) -> Vec<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    let _ = peer.0.read_to_end(&mut bytes).await;
    frames(&bytes)
}

#[tokio::test]
async fn it_is_understood_and_ends_when_nothing_is_asked() {
    let site = Site::open(impatient()).await;
    let mut peer = site.connect().await;
    peer.send([opening(), frame(HEADERS, 5, 1, &head("/api/health", &[]))].concat()).await;
    let frames = all(&mut peer).await;
    let body: Vec<u8> =
        frames.iter().filter(|(kind, _)| *kind == DATA).flat_map(|(_, data)| data.clone()).collect();
    assert_eq!(String::from_utf8(body).unwrap(), r#"{"status":"healthy"}"#);
}

#[tokio::test]
async fn a_flood_of_requests_that_are_reset_ends_the_connection_and_harms_nobody_else() {
    let site = Site::open(Options::default()).await;
    let mut peer = site.connect().await;
    let mut flood = opening();
    for number in 0..5000 {
        let stream = 2 * number + 1;
        flood.extend(frame(HEADERS, 5, stream, &head("/api/memories", &[("x-api-key", OWNERS_KEY)])));
        flood.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    peer.send(flood).await;
    let frames = all(&mut peer).await;
    // ENHANCE_YOUR_CALM
    let left = |(kind, content): &(u8, Vec<u8>)| *kind == GOAWAY && content[4..8] == 11_u32.to_be_bytes();
    assert!(frames.iter().any(left), "{:?}", frames.iter().map(|(kind, _)| kind).collect::<Vec<_>>());
    site.is_well().await;
}

#[tokio::test]
async fn only_so_many_requests_are_open_on_one_connection() {
    let site = Site::open(impatient()).await;
    let mut peer = site.connect().await;
    let mut many = opening();
    for number in 0..=MAX_STREAMS {
        // Each waits for a body.
        many.extend(frame(HEADERS, 4, 2 * number + 1, &head("/api/health", &[("content-length", "5")])));
    }
    peer.send(many).await;
    peer.0.shutdown().await.unwrap();
    let refused = |(kind, content): &(u8, Vec<u8>)| *kind == RST_STREAM && content[..] == 7_u32.to_be_bytes();
    assert!(all(&mut peer).await.iter().any(refused));
    site.is_well().await;
}
