use protocol::{Closing, RoomRefusal, StepRef};

use super::{EMPTY_S, HOLD_S, LEARNERS_MAX, Passed, Plan, Room, Who};
use crate::lesson::Standing;

const NOW: i64 = 1_000_000;

fn room(admission: bool) -> Room {
    let plan = Plan {
        id: "room".to_owned(),
        host: vec![1],
        name: "Monday".to_owned(),
        lessons: vec!["first-pod".to_owned(), String::new()],
        admission,
        closes_s: NOW + 24 * 60 * 60,
        ..Plan::default()
    };
    Room::new(plan, NOW)
}

fn joined(room: &mut Room, name: &str) -> u32 {
    let secret = name.as_bytes().to_vec();
    room.join(name, secret, NOW).expect("a place")
}

#[test]
fn who_has_which_secret() {
    let mut room = room(false);
    let ada = joined(&mut room, " Ada\u{7} ");
    assert_eq!(room.learner(ada).expect("she is there").name, "Ada");
    assert_eq!(room.who(&[1]), Some(Who::Host));
    assert_eq!(room.who(" Ada\u{7} ".as_bytes()), Some(Who::Learner(ada)));
    assert_eq!(room.who(&[2]), None);
    for name in ["", " \n", &"x".repeat(41)] {
        assert_eq!(room.join(name, vec![9], NOW), Err(RoomRefusal::Invalid), "{name:?}");
    }
}

#[test]
fn a_room_has_an_end() {
    let mut room = room(false);
    for n in 0..LEARNERS_MAX {
        joined(&mut room, &format!("learner {n}"));
    }
    assert_eq!(room.join("one more", vec![9], NOW), Err(RoomRefusal::Unavailable));
    let ada = Who::Learner(1);
    assert!((0..4).all(|_| room.arrive(ada, NOW)), "four devices");
    assert!(!room.arrive(ada, NOW), "and no fifth");
    room.depart(ada, NOW);
    assert!(room.arrive(ada, NOW));
}

#[test]
fn a_room_closes_by_itself() {
    let going_on = Passed::default();
    let mut night = room(false);
    assert!(night.arrive(Who::Host, NOW));
    // Somebody has left a page open: it is open until its time is over, and no longer.
    assert_eq!(night.pass(NOW + 23 * 60 * 60), going_on);
    let closed = Passed { closing: Some(Closing::Time), released: false };
    assert_eq!(night.pass(NOW + 24 * 60 * 60), closed);

    let mut left = room(false);
    assert!(left.arrive(Who::Host, NOW));
    left.depart(Who::Host, NOW + 60);
    assert_eq!(left.pass(NOW + 60 + EMPTY_S - 1), going_on);
    let closed = Passed { closing: Some(Closing::Empty), released: false };
    assert_eq!(left.pass(NOW + 60 + EMPTY_S), closed);

    let mut longer = room(false);
    longer.extend(60, NOW);
    assert_eq!(longer.plan.closes_s, NOW + 24 * 60 * 60, "a day at most from now on");
    longer.extend(60, NOW + 7_200);
    assert_eq!(longer.plan.closes_s, NOW + 25 * 60 * 60);
}

#[test]
fn a_hold_does_not_outlive_its_host() {
    let mut room = room(false);
    assert!(room.arrive(Who::Host, NOW) && room.arrive(Who::Host, NOW));
    room.hold(true);
    room.depart(Who::Host, NOW + 10);
    assert_eq!(room.pass(NOW + 10_000), Passed::default(), "another host is there");
    room.depart(Who::Host, NOW + 10_000);
    assert_eq!(room.pass(NOW + 10_000 + HOLD_S - 1), Passed::default());
    let released = Passed { closing: None, released: true };
    assert_eq!(room.pass(NOW + 10_000 + HOLD_S), released);
    assert!(!room.holds());
}

#[test]
fn who_comes_to_a_step_waits_there_and_others_go_on_to_it() {
    let mut room = room(false);
    let all: Vec<u32> = ["a", "b", "c"].iter().map(|name| joined(&mut room, name)).collect();
    let stand = |room: &mut Room, number, step: &str, done: &[&str]| {
        let steps_done = done.iter().map(|step| (*step).to_owned()).collect();
        let standing = Standing { step: step.to_owned(), steps_done, ..Standing::default() };
        room.enter(number, "first-pod", &format!("sandbox-{number}"), NOW).expect("she may");
        room.stand(number, "first-pod", standing, true, NOW);
    };
    stand(&mut room, all[0], "one", &[]);
    stand(&mut room, all[1], "two", &["one"]);
    stand(&mut room, all[2], "three", &["one", "two"]);
    let at = |step: &str| Some(StepRef { lesson: "first-pod".to_owned(), step: step.to_owned() });
    room.hold_at(at("two"));
    let waits = |room: &Room| all.iter().map(|n| room.waits(*n)).collect::<Vec<_>>();
    assert_eq!(waits(&room), [false, true, true]);
    room.take_stir();
    stand(&mut room, all[0], "two", &["one"]);
    assert_eq!(waits(&room), [true, true, true]);
    assert!(room.take_stir().own.contains(&all[0]), "she hears that she waits");
    assert!(room.you(all[0]).expect("she is there").held);
    room.enter(all[1], "", "playground", NOW).expect("she may");
    assert_eq!(waits(&room), [true, false, true], "another lesson is not meant");
    room.hold_at(None);
    assert_eq!(waits(&room), [false; 3]);
}

#[test]
fn hands_wait_in_the_order_in_which_they_went_up() {
    let mut room = room(false);
    let all: Vec<u32> = ["a", "b", "c"].iter().map(|name| joined(&mut room, name)).collect();
    for number in [all[2], all[0], all[1]] {
        room.raise_hand(number, true, NOW).expect("she is there");
    }
    let queue = |room: &Room| all.iter().map(|n| room.you(*n).unwrap().hand).collect::<Vec<_>>();
    assert_eq!(queue(&room), [Some(1), Some(2), Some(0)]);
    room.take_stir();
    room.raise_hand(all[2], false, NOW).expect("she is there");
    assert_eq!(queue(&room), [Some(0), Some(1), None]);
    let told = room.take_stir().own;
    assert_eq!(told.into_iter().collect::<Vec<_>>(), all, "those who wait hear that they moved up");
    room.remove(all[0]).expect("he is there");
    assert_eq!(room.you(all[1]).and_then(|you| you.hand), Some(0));
}

#[test]
fn nobody_acts_without_consent() {
    let mut room = room(false);
    let ada = joined(&mut room, "Ada");
    assert_eq!(room.look(ada, "l".to_owned()), Err(RoomRefusal::NotFound), "she is nowhere yet");
    room.enter(ada, "first-pod", "sandbox", NOW).expect("she is there");
    let (lesson, look) = room.look(ada, "look-1".to_owned()).expect("a look");
    assert_eq!((&*lesson, &*look), ("first-pod", "look-1"));
    assert_eq!(room.look(ada, "look-2".to_owned()).expect("the same").1, "look-1");
    room.count_looker(&look, true);
    assert_eq!(room.you(ada).map(|you| you.lookers), Some(1));
    room.ask_to_act(ada).expect("she is there");
    assert!(room.you(ada).is_some_and(|you| you.asked) && !room.may_act(&look));
    room.consent(ada, true).expect("she is there");
    assert!(room.may_act(&look));
    room.consent(ada, false).expect("she is there");
    assert!(!room.may_act(&look));
    let (_, ended) = room.seen_by(&look).expect("a look");
    room.remove(ada).expect("she is there");
    assert!(ended.has_changed().is_err() && room.seen_by(&look).is_none(), "the look has ended");
}

#[test]
fn who_is_not_admitted_goes_nowhere() {
    let mut room = room(true);
    let ada = joined(&mut room, "Ada");
    assert_eq!(room.way(ada, "first-pod"), Err(RoomRefusal::NotAdmitted));
    room.admit(ada).expect("she is there");
    assert_eq!(room.way(ada, "first-pod"), Ok(None));
    assert_eq!(room.way(ada, "deployments"), Err(RoomRefusal::NotFound), "not of this room");
}

#[test]
fn a_prediction_is_counted_once_and_revealed() {
    let mut room = room(false);
    let (ada, bob) = (joined(&mut room, "Ada"), joined(&mut room, "Bob"));
    assert_eq!(room.choose(ada, 0, NOW), Err(RoomRefusal::NotFound), "nothing is asked");
    let two = ["A new Pod".to_owned(), "Nothing".to_owned()];
    assert_eq!(room.ask("What happens?", &two[..1]), Err(RoomRefusal::Invalid));
    room.ask("What happens?", &two).expect("a question");
    room.choose(ada, 0, NOW).expect("a choice");
    room.choose(ada, 1, NOW).expect("another one");
    room.choose(bob, 1, NOW).expect("a choice");
    let question = room.view().question.expect("it is asked");
    assert_eq!((question.answered, question.revealed), (2, None));
    room.reveal(Some(0)).expect("an answer");
    let question = room.view().question.expect("it is asked");
    assert_eq!(question.revealed, Some((vec![0, 2], Some(0))));
    assert_eq!(room.choose(ada, 0, NOW), Err(RoomRefusal::NotFound), "too late");
    room.withdraw();
    assert_eq!((room.view().question, room.you(ada).unwrap().choice), (None, None));
}

#[test]
fn hosts_hear_of_each_change_once() {
    let mut room = room(false);
    let (ada, bob) = (joined(&mut room, "Ada"), joined(&mut room, "Bob"));
    let (rows, gone, known) = room.rows(0);
    assert_eq!((rows.len(), gone.len()), (2, 0));
    assert_eq!(room.rows(known).0, []);
    room.hint(Some(bob), "look at the events").expect("he is there");
    room.remove(ada).expect("she is there");
    let (rows, gone, later) = room.rows(known);
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [bob]);
    assert_eq!(gone, [ada]);
    assert!(room.rows(later).1.is_empty());
}
