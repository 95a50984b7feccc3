//! Who needs a closer look.

use super::*;
use Recorded::{Announced, Deactivated, Deactivating, Deleting, Superseded, Warned};

/// A user as the report and the tags show it.
#[derive(Clone, Debug)]
struct Glance {
    policy: Policy,
    row: UserRow,
    user: UserFacts,
    memory: UserMemory,
    listed: Vec<Credential>,
}

fn glance() -> Glance {
    let row = UserRow {
        user: alice().name,
        arn: alice().arn,
        created: alice().created,
        password: None,
        mfa_active: true,
        access_keys: Vec::new(),
        certificates: 0,
        has_more: false,
    };
    let (memory, listed) = (UserMemory::default(), Vec::new());
    Glance { policy: policy(), row, user: alice(), memory, listed }
}

fn at(created: Timestamp) -> KeyRow {
    KeyRow { active: true, created, last_use: LastUse::NoneRecorded }
}

impl Glance {
    fn key(mut self, key: KeyRow) -> Self {
        self.row.access_keys.push(key);
        self
    }

    fn password(mut self, changed: Timestamp, last_use: LastUse) -> Self {
        self.row.password = Some(PasswordRow { changed, last_use });
        self
    }

    /// A record of yesterday of a key, or of what has that id.
    fn record(self, id: &str, state: Recorded, created: Option<Timestamp>) -> Self {
        let due = Some(now() + GRACE);
        self.in_state(key_id(id), state.state(ago(days(1)), due, Cause::Stale), created)
    }

    fn in_state(mut self, id: CredentialId, state: State, created: Option<Timestamp>) -> Self {
        let record = Record { user: "Alice".into(), created, state };
        self.memory.records.insert(id, Remembered::Readable(record));
        self
    }

    fn binding(&self) -> Binding {
        Binding::of(&self.user, &self.memory, Holding::Ended)
    }

    fn triage(&self) -> Triage {
        let Self { policy, row, user, memory, listed } = self;
        triage(policy, row, user, memory, &self.binding(), listed, now())
    }
}

#[track_caller]
fn check(glance: &Glance, look: Look, decisions: &[&str]) {
    let triage = glance.triage();
    let decided: Vec<_> = triage.decisions.iter().map(describe).collect();
    assert_eq!(
        (triage.look, decided.as_slice()),
        (look, strings(decisions).as_slice()),
        "{glance:#?}"
    );
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

const ID: &str = "AKIAEXAMPLEEXAMPLE01";
const SECOND: &str = "AKIAEXAMPLEEXAMPLE02";

#[test]
fn a_user_with_nothing_stale_is_settled() {
    check(&glance(), Look::None, &[]);
    let fresh = glance().key(at(ago(days(3)))).password(ago(days(3)), LastUse::NoneRecorded);
    check(&fresh, Look::None, &["keep fresh", "keep fresh"]);
}

#[test]
fn a_stale_credential_needs_a_look_that_can_only_warn() {
    let key = glance().key(at(ago(days(100))));
    check(&key, Look::Warnable, &["warn stale, writes warned"]);
    let password = glance().password(ago(days(100)), LastUse::NoneRecorded);
    check(&password, Look::Warnable, &["warn stale, writes warned"]);
}

#[test]
fn without_a_notice_period_a_stale_credential_needs_the_closest_look() {
    let mut glance = glance().key(at(ago(days(100))));
    glance.policy.notice = days(0);
    check(&glance, Look::Removable, &["deactivate stale"]);
}

#[test]
fn a_warned_key_is_matched_by_its_creation_and_costs_no_look_while_the_notice_runs() {
    let created = ago(days(100));
    let glance = glance().key(at(created)).record(ID, Warned, Some(created));
    check(&glance, Look::None, &["keep notice-running"]);
    assert_eq!(glance.triage().decisions[0].subject.id, Some(key_id(ID)));
}

#[test]
fn the_end_of_a_waiting_time_needs_the_closest_look() {
    let created = ago(days(200));
    let of = |state: Recorded| state.state(ago(days(51)), Some(ago(days(1))), Cause::Stale);
    let over = glance().key(at(created)).in_state(key_id(ID), of(Warned), Some(created));
    check(&over, Look::Removable, &["deactivate stale"]);
    let inactive = KeyRow { active: false, ..at(created) };
    let over = glance().key(inactive).in_state(key_id(ID), of(Announced), Some(created));
    check(&over, Look::Removable, &["delete grace-over"]);
}

#[test]
fn a_key_in_its_grace_costs_no_look() {
    let created = ago(days(100));
    let inactive = KeyRow { active: false, ..at(created) };
    let glance = glance().key(inactive).record(ID, Deactivated, Some(created));
    check(&glance, Look::None, &["keep grace-running"]);
}

#[test]
fn a_deletion_that_is_to_be_announced_needs_a_look_that_can_only_warn() {
    let (created, since) = (ago(days(200)), ago(days(27)));
    let state = Deactivated.state(since, Some(since + GRACE), Cause::Stale);
    let inactive = KeyRow { active: false, ..at(created) };
    let glance = glance().key(inactive).in_state(key_id(ID), state, Some(created));
    check(&glance, Look::Warnable, &["warn deletion-ahead, writes deletion-announced"]);
}

#[test]
fn an_announced_deletion_costs_no_look_until_its_date() {
    let created = ago(days(100));
    let inactive = KeyRow { active: false, ..at(created) };
    let glance = glance().key(inactive).record(ID, Announced, Some(created));
    check(&glance, Look::None, &["keep grace-running"]);
}

#[test]
fn an_interrupted_deactivation_needs_a_look_that_takes_nothing_away() {
    let created = ago(days(100));
    let inactive = KeyRow { active: false, ..at(created) };
    let mut glance = glance().key(inactive).record(ID, Deactivating, Some(created));
    check(&glance, Look::Warnable, &["deactivate interrupted, writes deactivated"]);
    glance.user = glance.user.tag("keysteward:exempt", "");
    check(&glance, Look::Warnable, &["deactivate interrupted, writes deactivated"]);
}

#[test]
fn an_exposed_key_that_the_report_shows_as_active_needs_a_look() {
    let created = ago(days(100));
    let state = Deactivated.state(ago(days(1)), None, exposed_cause());
    let glance = glance().key(at(created)).in_state(key_id(ID), state, Some(created));
    check(&glance, Look::Warnable, &["report exposed-and-active"]);
}

#[test]
fn an_inactive_key_without_record_needs_a_look() {
    let glance = glance().key(KeyRow { active: false, ..at(ago(days(3))) });
    check(&glance, Look::Warnable, &["warn deletion-ahead, writes deactivated"]);
}

#[test]
fn a_record_that_is_about_the_past_needs_a_look() {
    let created = ago(days(10));
    let glance = glance().key(at(created)).record(ID, Warned, Some(created));
    check(&glance, Look::Warnable, &["keep fresh-again, removes the record"]);
}

#[test]
fn an_ambiguous_time_of_creation_needs_the_closest_look() {
    let created = ago(days(10));
    let fresh = ["keep fresh", "keep fresh"];
    // Two keys of the same second.
    let twins = glance().key(at(created)).key(at(created));
    check(&twins, Look::None, &fresh);
    check(&twins.record(ID, Superseded, Some(created)), Look::Removable, &fresh);
    // Two records of the same second.
    let records = glance().key(at(created)).record(ID, Superseded, Some(created)).record(
        SECOND,
        Superseded,
        Some(created),
    );
    check(&records, Look::Removable, &fresh[..1]);
}

#[test]
fn a_record_that_may_be_about_another_key_is_taken_for_none() {
    let created = ago(days(100));
    let warned = "warn stale, writes warned";
    let twins = glance().key(at(created)).key(at(created)).record(ID, Warned, Some(created));
    check(&twins, Look::Removable, &[warned, warned]);
    let one = glance().key(at(created)).record(ID, Warned, Some(created));
    check(&one.record(SECOND, Warned, Some(created)), Look::Removable, &[warned]);
}

#[test]
fn two_keys_are_told_apart_by_a_second() {
    let (one, two) = (ago(days(100)), ago(days(100)) - seconds(1));
    let glance = glance().key(at(one)).key(at(two)).record(ID, Warned, Some(two));
    check(&glance, Look::Warnable, &["warn stale, writes warned", "keep notice-running"]);
}

#[test]
fn a_record_that_fits_no_row_needs_the_closest_look() {
    let created = ago(days(10));
    for state in [Warned, Superseded, Deactivating, Deactivated, Announced, Deleting] {
        let one = glance().key(at(created));
        let fresh = ["keep fresh"];
        check(&one.clone().record(ID, state, None), Look::Removable, &fresh);
        check(&one.clone().record(ID, state, Some(created + seconds(1))), Look::Removable, &fresh);
        let of_password = one.in_state(
            CredentialId::Password,
            state.state(created, None, Cause::Stale),
            Some(created),
        );
        check(&of_password, Look::Removable, &fresh);
        for kind in CredentialKind::ALL {
            let state = state.state(created, None, Cause::Stale);
            check(&glance().in_state(credential(kind).id, state, None), Look::Removable, &[]);
        }
    }
}

#[test]
fn a_record_of_a_kind_that_is_not_swept_needs_no_look() {
    let state = Deleting.state(now(), None, Cause::Stale);
    let mut glance =
        glance().record(ID, Deleting, None).in_state(CredentialId::Password, state, None);
    glance.row.has_more = true;
    glance.policy.kinds = [CredentialKind::ServiceSpecific].into();
    check(&glance, Look::None, &[]);
}

#[test]
fn a_third_key_needs_the_closest_look() {
    let mut glance = glance().key(at(ago(days(3)))).key(at(ago(days(4))));
    glance.row.has_more = true;
    check(&glance, Look::Removable, &["keep fresh", "keep fresh"]);
}

#[test]
fn the_keys_of_a_secret_need_no_look_whatever_their_records_say() {
    let created = ago(days(100));
    let mut bound = glance().key(at(created));
    bound.user = bound.user.tag(SECRET_TAG, SECRET);
    check(&bound, Look::None, &["report rotation-overdue"]);
    for state in [Warned, Superseded, Deactivating, Deactivated, Announced, Deleting] {
        for (id, created) in [(ID, Some(created)), (ID, None), (SECOND, Some(now()))] {
            assert_eq!(bound.clone().record(id, state, created).triage().look, Look::None);
        }
    }
    let mut unreadable = bound.clone();
    let fault = Remembered::Unreadable("from a newer version".to_owned());
    unreadable.memory.records.insert(key_id(ID), fault);
    assert_eq!(unreadable.triage().look, Look::None);
}

#[test]
fn the_record_of_an_exposure_that_fits_no_row_needs_the_closest_look_although_a_secret_holds_the_key()
 {
    let created = ago(days(10));
    let state = Deactivated.state(ago(days(1)), None, exposed_cause());
    let mut bound = glance().key(at(created)).key(at(created));
    bound.user = bound.user.tag(SECRET_TAG, SECRET);
    let bound = bound.in_state(key_id(ID), state, Some(created));
    check(&bound, Look::Removable, &["keep held-by-secret", "keep held-by-secret"]);
}

#[test]
fn a_record_that_cannot_be_read_needs_the_closest_look_wherever_ids_are_unknown() {
    let unreadable = || Remembered::Unreadable("from a newer version".to_owned());
    let mut of_key = glance().key(at(ago(days(3))));
    of_key.memory.records.insert(key_id(ID), unreadable());
    check(&of_key, Look::Removable, &["keep fresh"]);
    let mut of_password = glance().password(ago(days(300)), LastUse::NoneRecorded);
    of_password.memory.records.insert(CredentialId::Password, unreadable());
    check(&of_password, Look::None, &["report record-unreadable"]);
}

#[test]
fn a_key_of_a_lost_binding_needs_no_look() {
    let mut lost = glance().key(at(ago(days(400)))).record(ID, Warned, Some(ago(days(400))));
    lost.memory.rotation = World::empty().rotated(Holding::Holds).memory.rotation;
    let Glance { policy, row, user, memory, listed } = &lost;
    for (holding, look) in [
        (Holding::Holds, Look::None),
        (Holding::Unknown, Look::None),
        (Holding::Ended, Look::Warnable),
    ] {
        let binding = Binding::of(user, memory, holding);
        let policy = Policy { notice: days(14), ..policy.clone() };
        let none = UserMemory { records: BTreeMap::new(), ..memory.clone() };
        let triage = triage(&policy, row, user, &none, &binding, listed, now());
        assert_eq!(triage.look, look, "{holding:?}");
    }
}

#[test]
fn listed_credentials_are_judged_by_what_was_listed() {
    let service = credential(CredentialKind::ServiceSpecific);
    let mut glance = glance();
    glance.listed = vec![service.clone()];
    check(&glance, Look::None, &["keep fresh"]);
    glance.listed = vec![service.clone().old(days(100))];
    check(&glance, Look::Warnable, &["warn stale, writes warned"]);
    let created = Some(glance.listed[0].created);
    let state = Warned.state(ago(days(1)), None, Cause::Stale);
    let warned = glance.in_state(service.id, state, created);
    check(&warned, Look::None, &["keep notice-running"]);
    let mut unswept = warned;
    unswept.policy.kinds = [CredentialKind::AccessKey].into();
    check(&unswept, Look::None, &[]);
}

#[test]
fn the_exemption_of_one_key_counts_once_the_key_is_known() {
    let created = ago(days(100));
    let mut glance = glance().key(at(created));
    glance.user = glance.user.tag(format!("keysteward:exempt:{ID}"), "");
    check(&glance, Look::Warnable, &["warn stale, writes warned"]);
    let known = glance.record(ID, Superseded, Some(created));
    check(&known, Look::None, &["keep exempt"]);
}

#[test]
fn an_exempt_user_needs_no_look() {
    let mut glance = glance().key(at(ago(days(400))));
    glance.user = glance.user.tag("keysteward:exempt", "");
    check(&glance, Look::None, &["keep exempt"]);
    glance.user = glance.user.tag("keysteward:exempt", "until=2020-01-01");
    check(&glance, Look::Warnable, &["warn stale, writes warned"]);
}

#[test]
fn the_row_of_a_user_who_was_recreated_settles_nothing_that_is_recorded() {
    // The row shows the keys of the old user; the tags are those of the new one.
    let mut glance = glance().key(at(ago(days(300)))).record(SECOND, Warned, Some(ago(days(3))));
    glance.user.created = ago(days(4));
    check(&glance, Look::Removable, &["warn stale, writes warned"]);
}

#[test]
fn unknown_facts_in_the_report_warn_nobody() {
    let unknown = KeyRow { last_use: LastUse::Unknown, ..at(ago(days(300))) };
    check(&glance().key(unknown), Look::None, &["report last-use-unknown"]);
    check(&glance().key(at(now() + days(1))), Look::None, &["report date-in-future"]);
}

#[test]
fn a_password_was_last_used_when_either_source_says_so() {
    let (early, late) = (ago(days(60)), ago(days(5)));
    for (reported, live, expected) in [
        (LastUse::At(early), Some(late), LastUse::At(late)),
        (LastUse::At(late), Some(early), LastUse::At(late)),
        (LastUse::At(late), None, LastUse::At(late)),
        (LastUse::NoneRecorded, Some(late), LastUse::At(late)),
        (LastUse::NoneRecorded, None, LastUse::NoneRecorded),
        (LastUse::Unknown, Some(late), LastUse::Unknown),
        (LastUse::Unknown, None, LastUse::Unknown),
    ] {
        let mut glance = glance().password(ago(days(90)), reported);
        glance.user.password_last_used = live;
        let password = password_of(&glance.row, &glance.user).unwrap();
        assert_eq!(password.last_use, expected);
        assert_eq!((password.id, password.created), (CredentialId::Password, ago(days(90))));
    }
    assert_eq!(password_of(&glance().row, &alice()), None);
}

#[test]
fn certificates_that_were_not_listed_need_the_closest_look() {
    let certificate = credential(CredentialKind::SigningCertificate);
    let mut glance = glance();
    glance.row.certificates = 1;
    check(&glance, Look::Removable, &[]);
    glance.listed = vec![certificate];
    check(&glance, Look::None, &["keep fresh"]);
    glance.row.certificates = 2;
    check(&glance, Look::Removable, &["keep fresh"]);
    glance.row.certificates = 1;
    glance.row.has_more = true;
    glance.policy.kinds = [CredentialKind::SigningCertificate].into();
    check(&glance, Look::Removable, &["keep fresh"]);
    glance.policy.kinds = [CredentialKind::ServiceSpecific].into();
    check(&glance, Look::None, &[]);
}

#[test]
fn a_password_that_was_used_since_the_report_needs_no_look() {
    let mut glance = glance().password(ago(days(100)), LastUse::NoneRecorded);
    glance.user.password_last_used = Some(ago(days(1)));
    check(&glance, Look::None, &["keep fresh"]);
    // Its warning is void at once, and not first when the next report shows the use.
    let state = Warned.state(ago(days(1)), None, Cause::Stale);
    let warned = glance.in_state(CredentialId::Password, state, Some(ago(days(100))));
    check(&warned, Look::Warnable, &["keep fresh-again, removes the record"]);
}
