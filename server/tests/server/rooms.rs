//! Study jams: what hosts and learners say to their room, over real sockets.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::StatusCode;
use protocol::{
    Act, ClockChange, Closing, Down, ExportFormat, Fault, HostAct, LearnerDeed, LearnerRow, Push,
    Refusal, Reply, RoomDown, RoomJoined, RoomOpened, RoomRefusal, RoomUp, RoomView, StepRef, You,
};
use serde_json::json;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::house::{Folder, House, Listening, Page};

/// What is waited for at most; on a busy machine it takes long to make a cluster.
const PATIENCE: Duration = Duration::from_secs(60);

async fn open(house: &House, wish: serde_json::Value) -> RoomOpened {
    let answer = house.ask("POST", "/rooms", wish.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    serde_json::from_str(&answer.text).expect("RoomOpened")
}

fn a_lesson() -> serde_json::Value {
    json!({"name": "Monday", "lessons": ["first-pod", ""], "language": "en", "minutes": 60,
           "admission": false})
}

async fn join(house: &House, code: &str, name: &str) -> RoomJoined {
    let wish = json!({"code": code, "name": name});
    let answer = house.ask("POST", "/rooms/join", wish.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    serde_json::from_str(&answer.text).expect("RoomJoined")
}

/// A page in a room, and what it was told last.
struct Seat {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    room: RoomView,
    you: You,
    learners: Vec<LearnerRow>,
}

impl Seat {
    async fn take(listening: &Listening, room: &str, secret: &str) -> Self {
        let url = format!("ws://{}/rooms/{room}/socket", listening.address);
        let (socket, _) = connect_async(url).await.expect("a WebSocket");
        let (room, you) = (RoomView::default(), You::default());
        let mut seat = Self { socket, room, you, learners: Vec::new() };
        seat.say(RoomUp::Hello { secret: secret.to_owned() }).await;
        seat
    }

    async fn say(&mut self, up: RoomUp) {
        let text = serde_json::to_string(&up).expect("JSON");
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    async fn lead(&mut self, act: HostAct) {
        self.say(RoomUp::Lead { act }).await;
    }

    async fn learn(&mut self, deed: LearnerDeed) {
        self.say(RoomUp::Learn { deed }).await;
    }

    async fn next(&mut self) -> RoomDown {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("in time");
            match message.expect("a message").expect("no error") {
                Message::Text(text) => return serde_json::from_str(&text).expect("a message"),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Takes in what comes until something is so.
    async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        while !so(self) {
            match self.next().await {
                RoomDown::Room { room } => self.room = room,
                RoomDown::You { you } => self.you = you,
                RoomDown::Learners { learners, gone, .. } => {
                    let changed: Vec<u32> = learners.iter().map(|row| row.number).collect();
                    self.learners.retain(|row| {
                        !changed.contains(&row.number) && !gone.contains(&row.number)
                    });
                    self.learners.extend(learners);
                }
                RoomDown::Lead { .. } => {}
                other => panic!("{other:?} while waiting until {what}"),
            }
        }
    }

    /// The next answer, whatever state comes before it.
    async fn answer(&mut self) -> RoomDown {
        loop {
            match self.next().await {
                RoomDown::Room { .. }
                | RoomDown::You { .. }
                | RoomDown::Learners { .. }
                | RoomDown::Lead { .. } => {}
                answer => return answer,
            }
        }
    }

    /// The code with which the server closes; none if the connection is just cut.
    async fn end(&mut self) -> Option<u16> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("in time") {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    fn row(&self, name: &str) -> Option<&LearnerRow> {
        self.learners.iter().find(|row| row.name == name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_jam_from_its_beginning_to_its_end() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let opened = open(&house, a_lesson()).await;
    let mut host = Seat::take(&listening, &opened.id, &opened.secret).await;
    host.until("the room is seen", |host| host.room.name == "Monday").await;

    let joined = join(&house, &opened.code.to_lowercase(), "Ada").await;
    let mut ada = Seat::take(&listening, &joined.id, &joined.secret).await;
    ada.learn(LearnerDeed::Enter { lesson: "first-pod".to_owned() }).await;
    ada.until("she has a cluster", |ada| ada.you.sandboxes.contains_key("first-pod")).await;
    let sandbox = ada.you.sandboxes["first-pod"].clone();
    let first = lessons::course().lesson("first-pod").expect("it exists").steps[0].id.clone();
    host.until("the host sees her at the first step", |host| {
        host.row("Ada").is_some_and(|ada| ada.present && ada.step == first)
    })
    .await;

    // She does the first step; the host sees it.
    let mut page = Page::open(&listening, &sandbox, "lang=en").await;
    while let Reply::Solved { line: Some(_), .. } =
        page.act(Act::Solve { step: first.clone() }).await
    {}
    host.until("the host sees that it is done", |host| {
        host.row("Ada").is_some_and(|ada| ada.steps_done.contains(&first))
    })
    .await;

    // A hand, and words for her alone.
    ada.learn(LearnerDeed::Hand { up: true }).await;
    host.until("her hand is up", |host| host.row("Ada").is_some_and(|ada| ada.hand_s.is_some()))
        .await;
    host.lead(HostAct::Hint { learner: Some(1), text: "look at the events".to_owned() }).await;
    ada.until("she reads it", |ada| ada.you.note.is_some()).await;
    assert_eq!(ada.room.note, None, "nobody else does");

    host.lead(HostAct::Export { format: ExportFormat::Csv }).await;
    let RoomDown::Exported { text, .. } = host.answer().await else { panic!("no export") };
    assert!(text.contains("1,\"Ada\",") && text.contains(",first-pod,1,"), "{text}");

    // The end: nothing is left.
    host.lead(HostAct::Close).await;
    assert_eq!(ada.answer().await, RoomDown::Closed { why: Closing::Host });
    let gone = async {
        while house.get(&format!("/sandboxes/{sandbox}")).await.status != StatusCode::NOT_FOUND {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone).await.expect("her cluster is deleted");
    let late = json!({"code": opened.code, "name": "Late"}).to_string();
    assert_eq!(house.ask("POST", "/rooms/join", late).await.status, StatusCode::NOT_FOUND);
}

/// A house with a room, its host, and one learner who is at a lesson.
async fn with_one_learner(folder: &Folder) -> (House, Listening, Seat, Seat) {
    let house = House::open(folder, &[]).await;
    let listening = house.listen().await;
    let opened = open(&house, a_lesson()).await;
    let host = Seat::take(&listening, &opened.id, &opened.secret).await;
    let joined = join(&house, &opened.code, "Ada").await;
    let mut ada = Seat::take(&listening, &joined.id, &joined.secret).await;
    ada.learn(LearnerDeed::Enter { lesson: "first-pod".to_owned() }).await;
    ada.until("she has a cluster", |ada| ada.you.sandboxes.contains_key("first-pod")).await;
    (house, listening, host, ada)
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_look_at_a_cluster_and_act_in_it_with_consent() {
    let folder = Folder::new();
    let (house, listening, mut host, mut ada) = with_one_learner(&folder).await;

    // The host looks, and she knows it; without her consent nothing is done.
    host.lead(HostAct::Look { learner: 1 }).await;
    let RoomDown::Looking { look, .. } = host.answer().await else { panic!("no look") };
    let mut looking = Page::open(&listening, &look, "lang=en").await;
    ada.until("she knows that somebody looks", |ada| ada.you.lookers == 1).await;
    assert!(matches!(looking.next().await, Down::Hello { .. }));
    let off = Act::Fault { fault: Fault::NodeOff { node: "node-1".to_owned() } };
    let refused = Reply::Refused { reason: Refusal::OnlyLooking };
    assert_eq!(looking.act(off.clone()).await, refused);
    assert!(matches!(looking.act(Act::Seek { at_ms: 0 }).await, Reply::Snapshot { .. }));
    assert_eq!(house.get(&format!("/sandboxes/{look}/api/v1/pods")).await.status, 404);
    ada.learn(LearnerDeed::Consent { given: true }).await;
    host.until("she consents", |host| host.row("Ada").is_some_and(|ada| ada.consent)).await;
    assert_eq!(looking.act(off).await, Reply::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_held_and_given_something() {
    let folder = Folder::new();
    let (house, listening, mut host, mut ada) = with_one_learner(&folder).await;
    let sandbox = ada.you.sandboxes["first-pod"].clone();

    // All clocks stand still, and go on.
    let mut page = Page::open(&listening, &sandbox, "lang=en").await;
    page.act(Act::Clock { change: ClockChange { rate: Some(2.0), ..ClockChange::default() } })
        .await;
    host.lead(HostAct::Hold { held: true }).await;
    ada.until("she is held", |ada| ada.room.held && ada.you.held).await;
    let rate = async |wanted: f64| {
        let path = format!("/sandboxes/{sandbox}/clock");
        while house.get(&path).await.json()["rate"] != json!(wanted) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, rate(0.0)).await.expect("it stands still");
    host.lead(HostAct::Hold { held: false }).await;
    timeout(PATIENCE, rate(2.0)).await.expect("it goes on as before");

    // Who comes to a step waits there, and no one at a step that is not there.
    let step = |step: &str| Some(StepRef { lesson: "first-pod".to_owned(), step: step.to_owned() });
    host.lead(HostAct::HoldAt { step: step("alchemy") }).await;
    assert_eq!(host.answer().await, RoomDown::Refused { reason: RoomRefusal::NotFound });
    host.lead(HostAct::HoldAt { step: step("scheduled") }).await;
    // What is said of the room and of her comes in two messages.
    let told = |ada: &Seat| ada.room.held_at.is_some() && !ada.you.held;
    ada.until("it is told, and she has not come so far", told).await;
    host.lead(HostAct::HoldAt { step: step("write") }).await;
    ada.until("she waits", |ada| ada.you.held).await;
    timeout(PATIENCE, rate(0.0)).await.expect("it stands still");
    host.lead(HostAct::HoldAt { step: None }).await;
    ada.until("she may go on", |ada| !ada.you.held).await;
    timeout(PATIENCE, rate(2.0)).await.expect("it goes on as before");

    // Something is put into all clusters.
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: from-the-host}\n".to_owned();
    host.lead(HostAct::Push { what: Push::Manifest { text } }).await;
    let pushed = RoomDown::Pushed { done: 1, failed: 0, reason: None };
    assert_eq!(host.answer().await, pushed);
    let path = format!("/sandboxes/{sandbox}/api/v1/namespaces/from-the-host");
    assert_eq!(house.get(&path).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hosts_cluster_is_shown_to_all() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let opened = open(&house, a_lesson()).await;
    let joined = join(&house, &opened.code, "Ada").await;
    let mut ada = Seat::take(&listening, &joined.id, &joined.secret).await;
    // Two hosts have the same link.
    let mut host = Seat::take(&listening, &opened.id, &opened.secret).await;
    let mut other = Seat::take(&listening, &opened.id, &opened.secret).await;
    ada.until("both are there", |ada| ada.room.hosts == 2).await;
    host.lead(HostAct::Enter { lesson: String::new() }).await;
    host.lead(HostAct::Show { shown: true }).await;
    ada.until("something is shown", |ada| ada.room.shown.is_some()).await;
    let (_, look) = ada.room.shown.clone().expect("it is");
    let mut page = Page::open(&listening, &look, "lang=en").await;
    assert!(matches!(page.next().await, Down::Hello { .. }));
    let off = Act::Fault { fault: Fault::NodeOff { node: "node-1".to_owned() } };
    assert_eq!(page.act(off).await, Reply::Refused { reason: Refusal::OnlyLooking });
    // The other host sees the same, and ends it.
    other.until("something is shown", |other| other.room.shown.is_some()).await;
    other.lead(HostAct::Show { shown: false }).await;
    assert_eq!(page.close_code().await, 1012);
    assert_eq!(house.get(&format!("/sandboxes/{look}/clock")).await.status, 404);
    // A host who is lost comes back by the link.
    drop(host);
    ada.until("one is left", |ada| ada.room.hosts == 1).await;
    let _back = Seat::take(&listening, &opened.id, &opened.secret).await;
    ada.until("both are there", |ada| ada.room.hosts == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_by_a_restart_or_on_another_device() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let opened = open(&house, a_lesson()).await;
    let joined = join(&house, &opened.code, "Ada").await;
    let mut desk = Seat::take(&listening, &joined.id, &joined.secret).await;
    let mut phone = Seat::take(&listening, &joined.id, &joined.secret).await;
    desk.learn(LearnerDeed::Enter { lesson: String::new() }).await;
    phone.until("the phone knows the cluster", |phone| !phone.you.sandboxes.is_empty()).await;
    let sandboxes = phone.you.sandboxes.clone();
    drop((desk, phone, listening));
    house.ending.finish().await;

    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let mut ada = Seat::take(&listening, &joined.id, &joined.secret).await;
    ada.until("all is as before", |ada| ada.you.sandboxes == sandboxes).await;
    let mut host = Seat::take(&listening, &opened.id, &opened.secret).await;
    host.until("she is there", |host| host.row("Ada").is_some_and(|ada| ada.present)).await;
    // The database does not have the secrets.
    let bytes = std::fs::read(folder.path().join("wheelhouse.sqlite")).expect("a database");
    for secret in [&opened.secret, &joined.secret] {
        assert!(!bytes.windows(26).any(|window| window == secret.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_ends_and_others_do_not_notice() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let opened = open(&house, a_lesson()).await;
    let mallory = join(&house, &opened.code, "Mallory").await;
    let ada = join(&house, &opened.code, "Ada").await;
    let mut ada = Seat::take(&listening, &ada.id, &ada.secret).await;
    let mut mallory = Seat::take(&listening, &mallory.id, &mallory.secret).await;
    for up in (0..60).map(|n| n % 2 == 0) {
        let deed = serde_json::to_string(&RoomUp::Learn { deed: LearnerDeed::Hand { up } });
        // The server may have closed already.
        let _ = mallory.socket.send(Message::text(deed.expect("JSON"))).await;
    }
    // What was not read any more may cut the connection before its last words have come.
    assert!(matches!(mallory.end().await, Some(1008) | None));
    ada.learn(LearnerDeed::Hand { up: true }).await;
    ada.until("her hand is up", |ada| ada.you.hand.is_some()).await;

    let mut stranger = Seat::take(&listening, &opened.id, "guess").await;
    assert_eq!(stranger.end().await, Some(1008));
    let wrong = || json!({"code": "ACDE-FGHJ", "name": "X"}).to_string();
    let mut refused = house.ask("POST", "/rooms/join", wrong()).await;
    let mut guesses = 1;
    while refused.status == StatusCode::NOT_FOUND && guesses < 1_000 {
        refused = house.ask("POST", "/rooms/join", wrong()).await;
        guesses += 1;
    }
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "after {guesses} guesses");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_learners_join() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let opened = open(&house, a_lesson()).await;
    let mut host = Seat::take(&listening, &opened.id, &opened.secret).await;
    let (at, code) = (&house, &opened.code);
    let all = (0..500).map(async |n| join(at, code, &format!("learner {n}")).await);
    let joined: Vec<RoomJoined> = futures::future::join_all(all).await;
    let mut seats = Vec::new();
    for RoomJoined { id, secret } in &joined {
        seats.push(Seat::take(&listening, id, secret).await);
    }
    host.until("all are there", |host| {
        host.learners.iter().filter(|row| row.present).count() == 500
    })
    .await;
    host.lead(HostAct::Hint { learner: None, text: "welcome".to_owned() }).await;
    for seat in &mut seats {
        seat.until("it has come", |seat| seat.room.note.is_some()).await;
    }
}
