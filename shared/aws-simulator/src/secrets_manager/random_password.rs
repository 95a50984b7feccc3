//! `GetRandomPassword`: a password that is different in every call and the same in every run.

use serde_json::{Value, json};

use super::optional;
use crate::error::ApiError;
use crate::ids::Ids;

const LOWER_CASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER_CASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMBERS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const LONGEST: u64 = 4096;

pub(super) fn get_random_password(input: &Value, ids: &mut Ids) -> Result<Value, ApiError> {
    let flag = |name: &str| input.get(name).and_then(Value::as_bool);
    let length = input
        .get("PasswordLength")
        .map_or(Some(32), Value::as_u64)
        .filter(|length| (1..=LONGEST).contains(length));
    let length = length.ok_or_else(|| {
        ApiError::invalid_parameter(format!("PasswordLength must be 1 to {LONGEST}."))
    })?;
    let excluded = optional(input, "ExcludeCharacters").unwrap_or_default();
    let types: Vec<Vec<char>> = [
        (LOWER_CASE, flag("ExcludeLowercase") != Some(true)),
        (UPPER_CASE, flag("ExcludeUppercase") != Some(true)),
        (NUMBERS, flag("ExcludeNumbers") != Some(true)),
        (PUNCTUATION, flag("ExcludePunctuation") != Some(true)),
        (" ", flag("IncludeSpace") == Some(true)),
    ]
    .into_iter()
    .filter(|(_, included)| *included)
    .map(|(characters, _)| characters.chars().filter(|c| !excluded.contains(*c)).collect())
    .collect();
    let all = types.concat();
    // The first characters are one of each type, the others are of any.
    let required = types.iter().filter(|_| flag("RequireEachIncludedType") != Some(false));
    let alphabets =
        required.chain(std::iter::repeat(&all)).take(usize::try_from(length).unwrap_or_default());
    let password: Option<String> = alphabets.map(|alphabet| ids.pick(alphabet)).collect();
    let password =
        password.ok_or_else(|| ApiError::invalid_parameter("Too many characters are excluded."))?;
    Ok(json!({ "RandomPassword": password }))
}
