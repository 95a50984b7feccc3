use super::*;

const OLD: &str = "AKIAOLDOLDOLDOLDOLD1";
const NEW: &str = "AKIANEWNEWNEWNEWNEW2";
const SECRET: &str = "old/secret+old/secret+old/secret+old/secr";

fn rotated(text: &str) -> Result<String, DocumentError> {
    let document = SecretDocument::parse(text)?;
    assert_eq!(document.key().id.as_str(), OLD);
    assert_eq!(document.key().expose_secret(), SECRET);
    let new = document.with_key(&NEW.parse().unwrap(), "new-secret", "eu-west-1")?;
    assert_eq!(new.key().id.as_str(), NEW);
    assert_eq!(SecretDocument::parse(&new.expose()).unwrap().key().expose_secret(), "new-secret");
    Ok(new.expose().to_string())
}

#[test]
fn every_dialect_keeps_its_field_names() {
    for (id, secret) in DIALECTS {
        let text = format!(r#"{{"{id}":"{OLD}","{secret}":"{SECRET}"}}"#);
        assert_eq!(rotated(&text), Ok(format!(r#"{{"{id}":"{NEW}","{secret}":"new-secret"}}"#)));
    }
}

#[test]
fn unknown_fields_keep_their_order_and_their_very_text() {
    let text = format!(
        r#"{{ "z": [1.0, {{"a" : null}}], "AccessKeyId": "{OLD}", "big": 123456789012345678901234567890.10, "SecretAccessKey": "{SECRET}", "é\u0041": "\u00e9" }}"#
    );
    let expected = format!(
        r#"{{"z":[1.0, {{"a" : null}}],"AccessKeyId":"{NEW}","big":123456789012345678901234567890.10,"SecretAccessKey":"new-secret","éA":"\u00e9"}}"#
    );
    assert_eq!(rotated(&text), Ok(expected));
}

#[test]
fn a_secret_written_with_escapes_is_replaced_too() {
    let text = format!(
        r#"{{"access_key_id":"{OLD}","secret_access_key":"{}"}}"#,
        SECRET.replace('/', "\\/")
    );
    assert_eq!(
        rotated(&text),
        Ok(format!(r#"{{"access_key_id":"{NEW}","secret_access_key":"new-secret"}}"#))
    );
}

#[test]
fn two_dialects_with_the_same_key_are_both_replaced() {
    let text = format!(
        r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}","AWS_ACCESS_KEY_ID":"{OLD}","AWS_SECRET_ACCESS_KEY":"{SECRET}"}}"#
    );
    let rotated = rotated(&text).unwrap();
    assert!(!rotated.contains(OLD) && !rotated.contains(SECRET));
}

#[test]
fn an_smtp_password_is_derived_anew_in_its_own_region() {
    let password = smtp_password(SECRET, "us-west-2");
    let text = format!(
        r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}","username":"{OLD}","smtp_password":"{}"}}"#,
        *password
    );
    let expected = format!(
        r#"{{"AccessKeyId":"{NEW}","SecretAccessKey":"new-secret","username":"{NEW}","smtp_password":"{}"}}"#,
        *smtp_password("new-secret", "us-west-2")
    );
    assert_eq!(rotated(&text), Ok(expected));
}

#[test]
fn an_smtp_password_of_a_region_that_the_document_names_is_recognised() {
    let password = smtp_password(SECRET, "mars-north-1");
    let text = format!(
        r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}","smtp_region":"mars-north-1","SMTP_PASSWORD":"{}"}}"#,
        *password
    );
    assert!(rotated(&text).unwrap().contains(smtp_password("new-secret", "mars-north-1").as_str()));
}

#[test]
fn an_smtp_password_of_another_key_is_refused() {
    let text = format!(
        r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}","SMTP_PASSWORD":"other"}}"#
    );
    assert_eq!(
        rotated(&text),
        Err(DocumentError::ForeignSmtpPassword { field: "SMTP_PASSWORD".to_owned() })
    );
}

#[test]
fn a_copy_of_the_secret_inside_other_text_is_refused() {
    for copy in [
        format!(r#""[default]\naws_secret_access_key = {SECRET}""#),
        format!(r#"{{"nested":["{SECRET}"]}}"#),
    ] {
        let text =
            format!(r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}","file":{copy}}}"#);
        assert_eq!(rotated(&text), Err(DocumentError::BuriedCopy { field: "file".to_owned() }));
    }
}

#[test]
fn values_that_hold_no_single_key_are_refused() {
    let parse = |text: &str| SecretDocument::parse(text).map(|_| ()).unwrap_err();
    for text in [
        "",
        "null",
        "[]",
        "AKIA",
        "{",
        r#"{"AccessKeyId":"A"} x"#,
        r#"{"AccessKeyId":"A","AccessKeyId":"B"}"#,
    ] {
        assert_eq!(parse(text), DocumentError::NotAnObject, "{text}");
    }
    assert_eq!(parse("{}"), DocumentError::NoAccessKey);
    for text in [
        r#"{"AccessKeyId":"A"}"#,
        r#"{"AccessKeyId":"A","SecretAccessKey":""}"#,
        r#"{"AccessKeyId":"A","SecretAccessKey":5}"#,
    ] {
        assert!(matches!(parse(text), DocumentError::HalfAKey { .. }), "{text}");
    }
    let two = r#"{"AccessKeyId":"A","SecretAccessKey":"a","access_key":"B","secret_key":"b"}"#;
    assert_eq!(parse(two), DocumentError::TwoKeys { first: "AccessKeyId", second: "access_key" });
}

#[test]
fn the_claims_of_a_document_are_read_in_every_dialect() {
    let text = format!(
        r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}","user_name":"ci","UserId":"AIDA","account_id":"123456789012","userArn":"arn"}}"#
    );
    let claims = SecretDocument::parse(&text).unwrap().claims();
    assert_eq!(claims.name, Some("ci".into()));
    assert_eq!(claims.id, Some("AIDA".into()));
    assert_eq!(claims.account, Some("123456789012".into()));
    assert_eq!(claims.arn.as_deref(), Some("arn"));
}

#[test]
fn neither_debug_nor_errors_show_the_secret() {
    let document = SecretDocument::parse(&format!(
        r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}"}}"#
    ))
    .unwrap();
    assert!(!format!("{document:?} {:?}", document.key()).contains(SECRET));
    let error =
        SecretDocument::parse(&format!(r#"{{"AccessKeyId":"{OLD}","SecretAccessKey":"{SECRET}""#))
            .unwrap_err();
    assert!(!format!("{error} {error:?}").contains(SECRET));
}
