//! Who needs a closer look.

use super::*;
use crate::record::RecordedState::{
    Announced, Deactivated, Deactivating, Deleting, Superseded, Warned,
};

/// A user as the report and the tags show it.
#[derive(Clone, Debug)]
struct Glance {
    policy: Policy,
    row: UserRow,
    user: UserFacts,
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
    Glance { policy: policy(), row, user: alice(), listed: Vec::new() }
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

    fn record(mut self, id: &str, state: RecordedState, created: Option<Timestamp>) -> Self {
        let (at, due, by) = (ago(days(1)), Some(now() + GRACE), "sweep".to_owned());
        let record = Record { state, at, due, told: None, created, version: None, event: None, by };
        self.user = self.user.tag(record_tag(id), record.to_string());
        self
    }

    fn triage(&self) -> Triage {
        triage(&self.policy, &self.row, &self.user, &self.listed, now())
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
    assert_eq!(glance.triage().decisions[0].subject.id, Some(ID.into()));
}

#[test]
fn the_end_of_a_waiting_time_needs_the_closest_look() {
    let created = ago(days(200));
    let warned = "state=warned at=2026-11-07T03:00:00Z created=2026-05-05T03:00:00Z by=sweep";
    let mut over = glance().key(at(created));
    over.user = over.user.tag(record_tag(ID), warned);
    check(&over, Look::Removable, &["deactivate stale"]);
    let announced = "state=announced at=2026-10-01T03:00:00Z due=2026-11-20T03:00:00Z created=2026-05-05T03:00:00Z by=sweep";
    let mut over = glance().key(KeyRow { active: false, ..at(created) });
    over.user = over.user.tag(record_tag(ID), announced);
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
    let text = "state=deactivated at=2026-10-25T03:00:00Z due=2026-11-24T03:00:00Z created=2026-05-05T03:00:00Z by=sweep";
    let mut glance = glance().key(KeyRow { active: false, ..at(ago(days(200))) });
    glance.user = glance.user.tag(record_tag(ID), text);
    check(&glance, Look::Warnable, &["warn deletion-ahead, writes announced"]);
}

#[test]
fn an_announced_deletion_costs_no_look_until_its_date() {
    let created = ago(days(100));
    let inactive = KeyRow { active: false, ..at(created) };
    let glance = glance().key(inactive).record(ID, Announced, Some(created));
    check(&glance, Look::None, &["keep grace-running"]);
}

#[test]
fn an_interrupted_deactivation_needs_the_closest_look() {
    let created = ago(days(100));
    let inactive = KeyRow { active: false, ..at(created) };
    let mut glance = glance().key(inactive).record(ID, Deactivating, Some(created));
    check(&glance, Look::Removable, &["deactivate interrupted"]);
    glance.user = glance.user.tag("keysteward:exempt", "");
    check(&glance, Look::Removable, &["deactivate interrupted"]);
}

#[test]
fn an_exposed_key_that_the_report_shows_as_active_needs_a_look() {
    let created = ago(days(100));
    let text = format!(
        "state=deactivated at=2026-11-21T02:00:00Z created={created} by=exposure event=AWS_RISK_CREDENTIALS_EXPOSED"
    );
    let mut glance = glance().key(at(created));
    glance.user = glance.user.tag(record_tag(ID), text);
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
        check(&one.record("password", state, Some(created)), Look::Removable, &fresh);
        for id in ["password", "APKAEXAMPLEEXAMPLE01", "ACCAEXAMPLEEXAMPLE01", "TA7EXAMPLE"] {
            check(&glance().record(id, state, None), Look::Removable, &[]);
        }
    }
}

#[test]
fn a_record_of_a_kind_that_is_not_swept_needs_no_look() {
    let mut glance = glance().record(ID, Deleting, None).record("password", Deleting, None);
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
fn a_superseded_key_past_its_overlap_needs_the_closest_look() {
    let created = ago(days(60));
    let text = format!("state=superseded at=2026-11-01T03:00:00Z created={created} by=rotate-key");
    let mut glance = glance().key(at(created));
    glance.user = glance.user.tag(SECRET_TAG, SECRET).tag(record_tag(ID), text);
    check(&glance, Look::Removable, &["report secret-unreadable"]);
    glance.policy.overlap = days(30);
    check(&glance, Look::None, &["keep overlap-running"]);
}

#[test]
fn the_key_of_a_secret_needs_no_look() {
    let mut glance = glance().key(at(ago(days(100))));
    glance.user = glance.user.tag(SECRET_TAG, SECRET);
    check(&glance, Look::None, &["report rotation-overdue"]);
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
    let warned = glance.record(service.id.as_str(), Warned, created);
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
        assert_eq!((password.id, password.created), (CredentialId::password(), ago(days(90))));
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
    let warned = glance.record("password", Warned, Some(ago(days(100))));
    check(&warned, Look::Warnable, &["keep fresh-again, removes the record"]);
}
