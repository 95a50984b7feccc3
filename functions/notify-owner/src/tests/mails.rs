//! The other mails, as their readers see them.

use super::*;

/// How every mail ends.
const END: &str = "

------------------------------------------------------------
You get this mail because the owner tag of the IAM user names you.
Days are in UTC. Better than any access key are roles and IAM Identity Center, whose credentials end by themselves.
Keysteward never sends a secret, and never asks for one.";

/// The mail about one piece of news, without its end.
pub(super) fn mail(notice: Notice) -> String {
    let mail = text(&model(&[notice]));
    mail.strip_suffix(END).unwrap().to_owned()
}

#[test]
fn a_password_is_warned_of_without_an_id() {
    let notice = about(Kind::DeactivationAhead, &subject(CredentialKind::Password));
    insta::assert_snapshot!(mail(notice), @r"
    Console password will be deleted on 2026-11-15: ana in 123456789012

    ------------------------------------------------------------
    Console password of user ana in account 123456789012 will be deleted on 2026-11-15.

    Why: last used 272 days ago, on 2026-02-01 (limit 90 days)

    If it is needed, sign in to the console with it before that day; if it is not, there is nothing to do.

      Account: prod (123456789012)
      IAM user: ana
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: no use is recorded
      Will be deleted on: 2026-11-15 (in 14 days)
      As of: 2026-11-01 03:00 UTC

    What to do:
    * If it must live on as it is, an administrator can exempt it for a time:
        aws iam tag-user --user-name ana --tags 'Key=keysteward:exempt:password,Value=until=2027-01-30 reason=why'

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_deleted_password_is_told_without_a_way_back() {
    let notice = about(Kind::Deactivated, &subject(CredentialKind::Password));
    insta::assert_snapshot!(mail(notice), @r"
    Console password deleted: ana in 123456789012

    ------------------------------------------------------------
    Console password of user ana in account 123456789012 was deleted, which cannot be undone.

    Why: last used 272 days ago, on 2026-02-01 (limit 90 days)

    An administrator can give the user a new password.

      Account: prod (123456789012)
      IAM user: ana
      Description: nightly backup to S3
      Created: 2025-06-01 (518 days ago)
      Last used: no use is recorded
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_service_specific_credential_is_told_with_its_service() {
    let notice = about(Kind::DeactivationAhead, &subject(CredentialKind::ServiceSpecific));
    insta::assert_snapshot!(mail(notice), @r"
    Service credential will be deactivated on 2026-11-15: ana in 123456789012

    ------------------------------------------------------------
    Service-specific credential ACCA12345ABCDEXAMPLE for bedrock.amazonaws.com of user ana in account 123456789012 will be deactivated on 2026-11-15.

    Why: last used 272 days ago, on 2026-02-01 (limit 90 days)

    If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it.

      Account: prod (123456789012)
      IAM user: ana
      Service credential: ACCA12345ABCDEXAMPLE
      Description: nightly backup to S3
      Service: bedrock.amazonaws.com
      Created: 2025-06-01 (518 days ago)
      Last used: IAM records no use of this kind of credential
      Expires by itself: 2027-06-01
      Will be deactivated on: 2026-11-15 (in 14 days)
      As of: 2026-11-01 03:00 UTC

    What to do:
    * Make a new one:
        aws iam create-service-specific-credential --user-name ana --service-name bedrock.amazonaws.com
    * Put it where the old one is used, and see that it works
    * Make the old one inactive, which can be undone:
        aws iam update-service-specific-credential --user-name ana --service-specific-credential-id ACCA12345ABCDEXAMPLE --status Inactive
    * After some days without a failure, delete it:
        aws iam delete-service-specific-credential --user-name ana --service-specific-credential-id ACCA12345ABCDEXAMPLE
    * If it must live on as it is, an administrator can exempt it for a time:
        aws iam tag-user --user-name ana --tags 'Key=keysteward:exempt:ACCA12345ABCDEXAMPLE,Value=until=2027-01-30 reason=why'

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_rotation_is_told_with_the_key_it_replaced() {
    let notice = rotated();
    insta::assert_snapshot!(mail(notice), @r"
    Access key rotated: ci in 123456789012

    ------------------------------------------------------------
    Access key AKIAI44QH8DHBEXAMPLE of user ci in account 123456789012 is the new current key.

    Access key AKIAIOSFODNN7EXAMPLE, which it replaced, works until 2026-11-08 at least: have every consumer read the secret again by then.

      Account: 123456789012
      IAM user: ci
      Access key: AKIAI44QH8DHBEXAMPLE
      Replaced key: AKIAIOSFODNN7EXAMPLE, kept until 2026-11-08 at least
      Secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf
      Current version: a8e3f6c2-0000-4000-a000-000000000001
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ci?section=security_credentials
    The secret in the Secrets Manager console: https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=ci%2Fdeploy&region=eu-west-1
    ");
}

#[test]
fn a_failed_rotation_is_told_with_its_error() {
    let notice = rotation_failed();
    insta::assert_snapshot!(mail(notice), @r"
    Rotation failed: ci/deploy in 123456789012

    ------------------------------------------------------------
    The rotation of secret ci/deploy in account 123456789012 failed.

    Error: Pending secret version was not created by the function

    The key under AWSCURRENT stays in use, and Secrets Manager tries again. The log of the rotation function says what was found and what to do.

      Account: 123456789012
      Secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf
      As of: 2026-11-01 03:00 UTC

    The secret in the Secrets Manager console: https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=ci%2Fdeploy&region=eu-west-1
    ");
}

#[test]
fn a_new_current_version_is_told() {
    let notice = new_version();
    insta::assert_snapshot!(mail(notice), @r"
    New current version: ci/deploy in 123456789012

    ------------------------------------------------------------
    Secret ci/deploy in account 123456789012 has a new current version, a8e3f6c2-0000-4000-a000-000000000001.

    No rotation did this: somebody stored a value, or moved the label AWSCURRENT. Consumers use this version from their next read on.

      Account: 123456789012
      Secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf
      Current version: a8e3f6c2-0000-4000-a000-000000000001
      As of: 2026-11-01 03:00 UTC

    The secret in the Secrets Manager console: https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=ci%2Fdeploy&region=eu-west-1
    ");
}

#[test]
fn an_exposed_key_that_was_deactivated_is_told() {
    let notice = exposed(Answer::Deactivated);
    insta::assert_snapshot!(mail(notice), @r"
    EXPOSED access key deactivated: ana in 123456789012

    ------------------------------------------------------------
    AWS reports that the secret of access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 is exposed. It was deactivated at once.

    Find out where it leaked and what was done with it, then replace it; do not activate it again.

      Account: 123456789012
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn an_exposed_key_that_was_inactive_is_told() {
    let notice = exposed(Answer::WasInactive);
    insta::assert_snapshot!(mail(notice), @r"
    EXPOSED access key was inactive: ana in 123456789012

    ------------------------------------------------------------
    AWS reports that the secret of access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 is exposed. It was inactive already.

    Find out where it leaked and what was done with it, then replace it; do not activate it again.

      Account: 123456789012
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      As of: 2026-11-01 03:00 UTC

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn an_exposed_key_that_still_works_is_told_with_the_command_against_it() {
    let notice = exposed(failed());
    insta::assert_snapshot!(mail(notice), @r"
    EXPOSED access key STILL ACTIVE: ana in 123456789012

    ------------------------------------------------------------
    AWS reports that the secret of access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 is exposed. It could NOT be deactivated.

    Error: AccessDenied: not authorized

    Deactivate it by hand, now.

      Account: 123456789012
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      As of: 2026-11-01 03:00 UTC

    What to do:
    * Deactivate it:
        aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials
    ");
}

#[test]
fn a_sweep_that_did_nothing_is_told() {
    let notice = limit_reached();
    insta::assert_snapshot!(mail(notice), @r"
    Keysteward changed nothing in 123456789012: limit reached

    ------------------------------------------------------------
    The sweep of account 123456789012 deactivated and deleted nothing, because more was due than one run may change.

    Why: 61 credentials were due to be deactivated or deleted, and one run may do that to 50 at most

    If the list in the report is right, raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run.

      Account: 123456789012
      As of: 2026-11-01 03:00 UTC
    ");
}

#[test]
fn a_mail_that_bounced_is_reported() {
    let notice = undelivered();
    insta::assert_snapshot!(mail(notice), @r#"
    Mail to an owner bounced in 123456789012

    ------------------------------------------------------------
    A mail to ana@example.com was not delivered.

    Why: the mail "Access key will be deactivated: ana in 123456789012" to ana@example.com bounced: Permanent, General: smtp; 550 5.1.1 user unknown

    Correct the tag that names the owner, or remove the address from the suppression list of SES, and notify the owner by other means. The dates that the mail announced stay: exempt what must stay active.

      Account: 123456789012
      As of: 2026-11-01 03:00 UTC
    "#);
}

#[test]
fn a_user_that_lost_the_tag_of_its_secret_is_told_with_the_command_that_sets_it_again() {
    insta::assert_snapshot!(mail(binding_tag_gone()), @r"
    User lost the tag of its secret: ci in 123456789012

    ------------------------------------------------------------
    User ci in account 123456789012 lost the tag keysteward:secret, and secret ci/deploy still rotates the user's keys. Keysteward leaves these keys as they are.

    Set the tag again to the ARN of the secret, or end the rotation of the secret.

      Account: 123456789012
      IAM user: ci
      Secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf
      As of: 2026-11-01 03:00 UTC

    What to do:
    * If the secret is to go on rotating the user's keys:
        aws iam tag-user --user-name ci --tags 'Key=keysteward:secret,Value=arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf'

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ci?section=security_credentials
    The secret in the Secrets Manager console: https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=ci%2Fdeploy&region=eu-west-1
    ");
}

#[test]
fn a_digest_shows_each_piece_of_news() {
    let news = [exposed(Answer::DryRun), rotation_failed(), undelivered()];
    insta::assert_snapshot!(text(&Model { subject: "A subject and 2 more".to_owned(), ..model(&news) }), @r#"
    A subject and 2 more

    ------------------------------------------------------------
    AWS reports that the secret of access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 is exposed. It is STILL ACTIVE, because this deployment changes nothing.

    Deactivate it by hand, now.

      Account: 123456789012
      IAM user: ana
      Access key: AKIAIOSFODNN7EXAMPLE
      As of: 2026-11-01 03:00 UTC

    What to do:
    * Deactivate it:
        aws iam update-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive

    The user in the IAM console: https://console.aws.amazon.com/iam/home#/users/details/ana?section=security_credentials

    ------------------------------------------------------------
    The rotation of secret ci/deploy in account 123456789012 failed.

    Error: Pending secret version was not created by the function

    The key under AWSCURRENT stays in use, and Secrets Manager tries again. The log of the rotation function says what was found and what to do.

      Account: 123456789012
      Secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf
      As of: 2026-11-01 03:00 UTC

    The secret in the Secrets Manager console: https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=ci%2Fdeploy&region=eu-west-1

    ------------------------------------------------------------
    A mail to ana@example.com was not delivered.

    Why: the mail "Access key will be deactivated: ana in 123456789012" to ana@example.com bounced: Permanent, General: smtp; 550 5.1.1 user unknown

    Correct the tag that names the owner, or remove the address from the suppression list of SES, and notify the owner by other means. The dates that the mail announced stay: exempt what must stay active.

      Account: 123456789012
      As of: 2026-11-01 03:00 UTC

    ------------------------------------------------------------
    You get this mail because the owner tag of the IAM user names you.
    Days are in UTC. Better than any access key are roles and IAM Identity Center, whose credentials end by themselves.
    Keysteward never sends a secret, and never asks for one.
    "#);
}

#[test]
fn a_note_for_the_administrator_comes_first() {
    let note = "This mail was for ana@example.com, and SES does not send it there.".to_owned();
    let because = Because::Operator.sentence();
    insta::assert_snapshot!(text(&Model { note, because, ..model(&[limit_reached()]) }), @r"
    Keysteward changed nothing in 123456789012: limit reached

    This mail was for ana@example.com, and SES does not send it there.

    ------------------------------------------------------------
    The sweep of account 123456789012 deactivated and deleted nothing, because more was due than one run may change.

    Why: 61 credentials were due to be deactivated or deleted, and one run may do that to 50 at most

    If the list in the report is right, raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run.

      Account: 123456789012
      As of: 2026-11-01 03:00 UTC

    ------------------------------------------------------------
    You get this mail because you are the administrator.
    Days are in UTC. Better than any access key are roles and IAM Identity Center, whose credentials end by themselves.
    Keysteward never sends a secret, and never asks for one.
    ");
}

#[test]
fn a_mail_of_thirty_pieces_of_news_tells_the_last_in_short() {
    let news: Vec<_> =
        (0..30).map(|n| of_user(&key(Kind::Deleted), &format!("user-{n:02}"))).collect();
    let mail = text(&model(&news));
    assert_eq!(mail.matches("  Account: ").count(), 25);
    let (_, short) = mail.split_once("And in short:").unwrap();
    insta::assert_snapshot!(short, @r"


    - Access key AKIAIOSFODNN7EXAMPLE of user user-25 in account 123456789012 was deleted, which cannot be undone.
    - Access key AKIAIOSFODNN7EXAMPLE of user user-26 in account 123456789012 was deleted, which cannot be undone.
    - Access key AKIAIOSFODNN7EXAMPLE of user user-27 in account 123456789012 was deleted, which cannot be undone.
    - Access key AKIAIOSFODNN7EXAMPLE of user user-28 in account 123456789012 was deleted, which cannot be undone.
    - Access key AKIAIOSFODNN7EXAMPLE of user user-29 in account 123456789012 was deleted, which cannot be undone.

    ------------------------------------------------------------
    You get this mail because the owner tag of the IAM user names you.
    Days are in UTC. Better than any access key are roles and IAM Identity Center, whose credentials end by themselves.
    Keysteward never sends a secret, and never asks for one.
    ");
}
