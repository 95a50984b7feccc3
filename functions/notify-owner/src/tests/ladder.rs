//! The mails about a credential on the ladder, as their readers see them.

use super::mails::mail;
use super::*;

#[test]
fn an_owner_is_warned_of_a_deactivation() {
    let notice = key(Kind::DeactivationAhead);
    insta::assert_snapshot!(mail(notice), @r"
    Access key will be deactivated on 2026-11-15: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 will be deactivated on 2026-11-15.

    Why: last used 272 days ago, on 2026-02-01 (limit 90 days)

    If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it.

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: 2026-02-01 (272 days ago, s3 in eu-west-1)
      Will be deactivated on: 2026-11-15 (in 14 days)
      As of: 2026-11-01 03:00 UTC

    What to do:
    * Make a new one:
        aws iam create-access-key --user-name ana
    * Put it where the old one is used, and see that it works
    * Make the old one inactive, which can be undone:
        aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive
    * After some days without a failure, delete it:
        aws iam delete-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE
    * If it must live on as it is, an administrator can exempt it for a time:
        aws iam tag-user --user-name ana --tags 'Key=keysteward:exempt:AKIAIOSFODNN7EXAMPLE,Value=until=2027-01-30 reason=why'

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn an_owner_is_warned_of_a_deletion() {
    let notice = key(Kind::DeletionAhead);
    insta::assert_snapshot!(mail(notice), @r#"
    Access key will be deleted on 2026-12-01: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 is inactive and will be deleted on 2026-12-01.

    Why: it is inactive, and is deleted on 2026-12-01

    A deleted credential cannot be restored. If it is still needed, ask for it to be activated before that day.

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: 2026-02-01 (272 days ago, s3 in eu-west-1)
      Will be deleted on: 2026-12-01 (in 30 days)
      As of: 2026-11-01 03:00 UTC

    What to do:
    * To have it active again, an administrator invokes:
        aws lambda invoke --function-name deactivate-stale --cli-binary-format raw-in-base64-out --payload '{"undo": {"user": "ana", "credential": "AKIAIOSFODNN7EXAMPLE"}}' /dev/stdout
    * Where the sweep only reports, activate it by hand:
        aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Active
    * If it must live on as it is, an administrator can exempt it for a time:
        aws iam tag-user --user-name ana --tags 'Key=keysteward:exempt:AKIAIOSFODNN7EXAMPLE,Value=until=2027-01-30 reason=why'

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    "#);
}

#[test]
fn a_replaced_key_in_use_is_told_with_its_consumer() {
    let notice = key(Kind::SupersededInUse);
    insta::assert_snapshot!(mail(notice), @r"
    Replaced access key still used: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 was replaced, and something still uses it. It stays active while it is in use.

    Why: a rotation replaced it, and it was still used on 2026-10-31T14:05:00Z with s3 in eu-west-1

    Have that consumer read the secret again.

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: 2026-02-01 (272 days ago, s3 in eu-west-1)
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_deactivation_is_told_with_the_way_back() {
    let notice = key(Kind::Deactivated);
    insta::assert_snapshot!(mail(notice), @r#"
    Access key deactivated: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 was deactivated. It is kept until 2026-12-01, then deleted.

    Why: last used 272 days ago, on 2026-02-01 (limit 90 days)

    If something stopped working, have it activated again.

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: 2026-02-01 (272 days ago, s3 in eu-west-1)
      Will be deleted on: 2026-12-01 (in 30 days)
      As of: 2026-11-01 03:00 UTC

    What to do:
    * To have it active again, an administrator invokes:
        aws lambda invoke --function-name deactivate-stale --cli-binary-format raw-in-base64-out --payload '{"undo": {"user": "ana", "credential": "AKIAIOSFODNN7EXAMPLE"}}' /dev/stdout
    * Where the sweep only reports, activate it by hand:
        aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Active
    * If it must live on as it is, an administrator can exempt it for a time:
        aws iam tag-user --user-name ana --tags 'Key=keysteward:exempt:AKIAIOSFODNN7EXAMPLE,Value=until=2027-01-30 reason=why'

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    "#);
}

#[test]
fn a_deletion_is_told() {
    let notice = key(Kind::Deleted);
    insta::assert_snapshot!(mail(notice), @r"
    Access key deleted: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 was deleted, which cannot be undone.

    Why: it has been inactive since 2026-10-01

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: 2026-02-01 (272 days ago, s3 in eu-west-1)
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_reactivation_is_told() {
    let notice = key(Kind::Reactivated);
    insta::assert_snapshot!(mail(notice), @r"
    Access key active again: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 is active again.

    Why: an operator undid the deactivation

    If it goes unused again, it is deactivated again, with another notice.

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: 2026-02-01 (272 days ago, s3 in eu-west-1)
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_warning_that_is_late_has_no_command() {
    let due = at("2026-11-15T03:00:00Z");
    let context = Context { now: due, ..context() };
    let entry = Entry::of(&key(Kind::DeactivationAhead), &context);
    let model = Model::new(entry.title.clone(), "a reason", vec![entry]);
    insta::assert_snapshot!(text(&model), @r"
    Access key was to be deactivated on 2026-11-15: ana in 123456789012

    ------------------------------------------------------------
    Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 was to be deactivated on 2026-11-15.

    Why: last used 272 days ago, on 2026-02-01 (limit 90 days)

    This notice is late, and its day has passed: look at the credential before you do anything.

      Account: prod (123456789012)
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      Description: nightly backup to S3
      Created: 2025-06-01 (532 days ago)
      Last used: 2026-02-01 (286 days ago, s3 in eu-west-1)
      Was to be deactivated on: 2026-11-15
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials

    ------------------------------------------------------------
    You get this mail because a reason.
    Days are in UTC. Better than any access key are roles and IAM Identity Center, whose credentials end by themselves.
    Keysteward never sends a secret, and never asks for one.
    ");
}
