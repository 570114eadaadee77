//! A server that fails in every way, in this process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;

/// A request as it came: head and body.
struct Request {
    head: String,
    body: String,
}

/// Answers each connection with the next of the given answers; nothing for an empty one.
fn server(answers: Vec<&'static str>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v1/lineage", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read(&mut stream);
            let _ = sender.send(request);
            if answer == "hang" {
                std::thread::sleep(Duration::from_millis(3000));
            } else {
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    (url, receiver)
}

fn read(stream: &mut TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Request { head, body: String::from_utf8(body).unwrap() }
}

const OK: &str = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const DOWN: &str = "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const BUSY: &str =
    "HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const BAD: &str = "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

fn target(url: &str, attempts: u32) -> HttpTarget {
    let retry = Retry {
        attempts,
        first_wait: Duration::from_millis(1),
        timeout: Duration::from_millis(2000),
    };
    HttpTarget::new(url, Some("the-api-key".into()), retry).unwrap()
}

#[test]
fn an_event_is_sent_until_the_server_takes_it() {
    // Down, busy, hung up without an answer, too slow, half an answer, then fine.
    let (url, requests) = server(vec![DOWN, BUSY, "", "hang", "HTTP/1.1 2", OK]);
    target(&url, 6).send(b"{\"a\":1}").unwrap();
    let requests: Vec<Request> = requests.iter().take(6).collect();
    assert!(requests.iter().all(|request| request.body == "{\"a\":1}"));
    let head = requests[5].head.to_lowercase();
    assert!(head.contains("authorization: bearer the-api-key"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
}

#[test]
fn a_server_that_stays_down_ends_the_export_and_the_key_is_in_no_error() {
    let (url, _requests) = server(vec![DOWN; 3]);
    let error = target(&url, 3).send(b"{}").unwrap_err().to_string();
    assert!(error.contains("503") && !error.contains("the-api-key"), "{error}");
}

#[test]
fn a_refusal_is_not_repeated() {
    let (url, requests) = server(vec![BAD, OK]);
    assert!(target(&url, 5).send(b"{}").is_err());
    assert_eq!(requests.try_iter().count(), 1);
}

#[test]
fn an_endpoint_is_a_url_without_a_password() {
    for url in ["lineage.example", "ftp://x/y", "http://", "https://user:secret@lineage.example/"] {
        let error = HttpTarget::new(url, None, Retry::default()).err().expect(url);
        assert!(!error.to_string().contains("secret"));
    }
}

#[test]
fn a_key_is_not_sent_over_the_network_without_tls() {
    let open = |url: &str, key: Option<&str>| {
        HttpTarget::new(url, key.map(str::to_owned), Retry::default()).is_ok()
    };
    assert!(!open("http://lineage.example/api", Some("the-api-key")));
    assert!(!open("http://127.0.0.1.evil.example/api", Some("the-api-key")));
    assert!(open("http://lineage.example/api", None));
    assert!(open("http://127.0.0.1:5000/api", Some("the-api-key")));
    assert!(open("https://lineage.example/api", Some("the-api-key")));
}
