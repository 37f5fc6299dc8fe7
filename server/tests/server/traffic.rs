//! Traffic: it is steered over HTTP and over the page's connection, and all who watch see how it
//! fares.

use protocol::{Act, ClockChange, Down, Hop, LoadOrigin, NewLoad, Reply, TrafficChange, What};

use crate::house::{Folder, House, Page};

const URL: &str = "http://nobody.default/";

fn load() -> NewLoad {
    let from = LoadOrigin::Outside;
    NewLoad { name: "mine".into(), from, url: URL.into(), rate_per_s: 5, ..NewLoad::default() }
}

fn advance(ms: i64) -> Act {
    Act::Clock { change: ClockChange { advance_ms: Some(ms), ..ClockChange::default() } }
}

#[tokio::test]
async fn a_page_begins_traffic_and_sees_its_requests_and_their_count() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    page.until(|down| matches!(down, Down::Hello { .. })).await;
    let begun = page.act(Act::Traffic { change: TrafficChange::Start(load()) }).await;
    assert_eq!(begun, Reply::Done);
    page.act(advance(10_000)).await;
    page.caught_up().await;
    let failed = page.seen.iter().rev().find_map(|down| match down {
        Down::Traffic { loads } => {
            Some(loads[0].seconds.iter().flat_map(|it| it.failed.values()).sum::<u64>())
        }
        _ => None,
    });
    assert!(failed.is_some_and(|failed| failed > 5), "{failed:?}");
    let hops = page.seen.iter().filter_map(|down| match down {
        Down::Moments { moments } => Some(moments),
        _ => None,
    });
    let ended = hops.flatten().filter(|moment| match &moment.what {
        What::Packet { hop: Hop::Ended { .. }, .. } => {
            assert!(moment.routine, "many requests are no story");
            true
        }
        _ => false,
    });
    assert!(ended.count() > 1);

    // Who comes later is told of all of it.
    let mut late = Page::open(&listening, &id, "lang=en").await;
    let Down::Hello { snapshot, .. } = late.next().await else { panic!("no hello") };
    assert_eq!(snapshot.loads[0].load, load());
    let stop = TrafficChange::Stop { name: "mine".into() };
    assert_eq!(page.act(Act::Traffic { change: stop.clone() }).await, Reply::Done);
    assert!(matches!(page.act(Act::Traffic { change: stop }).await, Reply::Refused { .. }));
}

#[tokio::test]
async fn a_program_begins_and_stops_traffic() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let traffic = format!("/sandboxes/{id}/traffic");
    let check = async |change: &'static str, status: u16| {
        let answer = house.ask("POST", &traffic, change).await;
        assert_eq!(answer.status.as_u16(), status, "{change}: {:?}", answer.json());
    };
    check(r#"{"start": {"name": "a", "url": "http://web/", "rate_per_s": 5}}"#, 200).await;
    check(r#"{"stop": {"name": "a"}}"#, 200).await;
    check(r#"{"stop": {"name": "a"}}"#, 422).await;
    check(r#"{"start": {"name": "a", "url": "gopher://web", "rate_per_s": 5}}"#, 422).await;
    check(r#"{"start": {"name": "a", "url": "http://web/", "rate_per_s": 5, "loud": 1}}"#, 422)
        .await;
}
