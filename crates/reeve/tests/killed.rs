//! A real server is killed at random moments, many times, while residents ask. Nothing that it acknowledged is lost, and
//! nothing is there twice.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const KILLS: usize = 20;
const RESIDENTS: usize = 3;
/// The first answer after a start comes at once, but for a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(30);
const COUNCIL: &str = "name = \"Test Council\"\n[contact]\nphone = \"01632 960100\"\n";
const PAGE: &str = "---\nid: garden-waste\ntitle: Garden waste\nservice: waste\n---\n# Garden waste\n\n\
    A subscription costs £52 a year. You can pay online or by phone.\n";

/// A server of the test's own.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_reeve"))
            .args(["serve", "--port", "0", "--reader", "none", "--verifier", "none", "--model", "none", "--knowledge"])
            .arg(folder.join("knowledge"))
            .arg("--data")
            .arg(folder.join("data"))
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("Reeve is at ").map(str::to_owned));
        Self { process, address: address.expect("the server said where it is") }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A resident who asks one question after the other, and what they were told.
struct Resident {
    id: String,
    token: String,
    asked: usize,
    /// Questions that were acknowledged, and the reply where it was shown as final.
    acknowledged: BTreeMap<String, Option<String>>,
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(20)))
        .http_status_as_error(false)
        .build()
        .into()
}

impl Resident {
    fn new(server: &Server) -> Self {
        let mut response = agent().post(format!("{}/api/v1/conversations", server.address)).send_empty().unwrap();
        let opened: Value = response.body_mut().read_json().unwrap();
        let text = |key: &str| opened[key].as_str().unwrap().to_owned();
        Self { id: text("id"), token: text("token"), asked: 0, acknowledged: BTreeMap::new() }
    }

    /// Asks until the server is gone. A turn that did not end is sent again first, as the page does.
    fn ask_on(&mut self, address: &str, ended: &AtomicBool, replies: &AtomicUsize) {
        while !ended.load(Ordering::SeqCst) && self.asked < 90 {
            let name = format!("turn {}", self.asked);
            match self.ask(address, &name) {
                Some(_) => self.asked += 1,
                None => return,
            }
            replies.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn ask(&mut self, address: &str, name: &str) -> Option<String> {
        let url = format!("{address}/api/v1/conversations/{}/turns", self.id);
        let body = json!({ "client_turn_id": name, "text": format!("What does a subscription cost? {name}") });
        let request = agent().post(url).header("Authorization", format!("Bearer {}", self.token));
        let mut response = request.send_json(&body).ok()?;
        assert_eq!(response.status(), 200, "{name}");
        let reply = self.acknowledged.entry(name.to_owned()).or_default();
        let mut stream = String::new();
        response.body_mut().as_reader().read_to_string(&mut stream).ok()?;
        let told = stream.split("\n\n").find(|event| event.contains("event: reply"))?;
        assert!(told.contains("id: "), "a reply that is kept has a number: {told}");
        let text = text_of(told);
        assert!(reply.as_ref().is_none_or(|before| *before == text), "{name} was answered twice");
        *reply = Some(text.clone());
        Some(text)
    }

    /// What the server has of the conversation: questions and replies in their order.
    fn kept(&self, server: &Server) -> Vec<(String, String, String)> {
        let url = format!("{}/api/v1/conversations/{}/events?follow=false", server.address, self.id);
        let request = agent().get(url).header("Authorization", format!("Bearer {}", self.token));
        let mut response = request.call().unwrap();
        assert_eq!(response.status(), 200, "the conversation is there");
        let stream = response.body_mut().read_to_string().unwrap();
        let events = stream.split("\n\n").filter(|event| event.contains("event: "));
        events
            .map(|event| {
                let data = data_of(event);
                let name = event.lines().find_map(|line| line.strip_prefix("event: ")).unwrap().to_owned();
                (name, data["client_turn_id"].as_str().unwrap_or_default().to_owned(), text_of(event))
            })
            .collect()
    }
}

fn data_of(event: &str) -> Value {
    serde_json::from_str(event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap()
}

fn text_of(event: &str) -> String {
    data_of(event)["text"].as_str().unwrap_or_default().to_owned()
}

/// Times of up to 400 milliseconds that look random and are the same in every run (Knuth's linear congruence).
fn waits() -> impl Iterator<Item = Duration> {
    let mut state = 20_261_125_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis((state >> 33) % 400)
    })
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("knowledge/pages")).unwrap();
    std::fs::write(folder.path().join("knowledge/council.toml"), COUNCIL).unwrap();
    std::fs::write(folder.path().join("knowledge/pages/garden-waste.md"), PAGE).unwrap();
    let mut server = Server::start(folder.path());
    let mut residents: Vec<_> = (0..RESIDENTS).map(|_| Resident::new(&server)).collect();
    for wait in waits().take(KILLS) {
        let (ended, replies) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let asking: Vec<_> = residents
            .into_iter()
            .map(|mut resident| {
                let (address, ended, replies) = (server.address.clone(), Arc::clone(&ended), Arc::clone(&replies));
                std::thread::spawn(move || {
                    resident.ask_on(&address, &ended, &replies);
                    resident
                })
            })
            .collect();
        // Some way into the next answers, however fast the machine is.
        let begun = Instant::now();
        while replies.load(Ordering::SeqCst) == 0 && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(replies.load(Ordering::SeqCst) > 0, "nobody is answered");
        std::thread::sleep(wait);
        server.kill();
        ended.store(true, Ordering::SeqCst);
        residents = asking.into_iter().map(|asking| asking.join().unwrap()).collect();
        server = Server::start(folder.path());
    }
    for mut resident in residents {
        // A turn that did not end is answered when it is sent again.
        let open: Vec<_> =
            resident.acknowledged.iter().filter(|(_, reply)| reply.is_none()).map(|(name, _)| name.clone()).collect();
        assert!(open.len() <= 1, "one turn at a time");
        for name in open {
            assert!(resident.ask(&server.address, &name).is_some(), "{name} is answered in the end");
        }
        let kept = resident.kept(&server);
        for (name, reply) in &resident.acknowledged {
            let questions = kept.iter().filter(|(event, of, _)| event == "question" && of == name).count();
            assert_eq!(questions, 1, "{name} is there once");
            let replies: Vec<_> = kept.iter().filter(|(event, of, _)| event == "reply" && of == name).collect();
            assert_eq!(replies.len(), 1, "{name} has one reply");
            assert_eq!(Some(&replies[0].2), reply.as_ref(), "{name} has the reply that was shown");
        }
    }
    server.kill();
}
