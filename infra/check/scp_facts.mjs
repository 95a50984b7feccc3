// What scp-protect-keysteward.json is to decide, for principals whose own policies allow everything.

import { ACCOUNT, PARTITIONS } from "./policy_facts.mjs";

const ALLOWED = "Allowed";
const DENIED = "ExplicitlyDenied";
const ACTIONS = ["iam:TagUser", "iam:UntagUser", "iam:CreateUser"];
const PREFIX = "keysteward";

const KEYSTEWARD = ["role/REPLACE-WITH-ROTATE-KEY-ROLE", "role/REPLACE-WITH-DEACTIVATE-STALE-ROLE"];
const ADMINISTRATOR = "role/REPLACE-WITH-ADMINISTRATOR-ROLE";
// The last ones have names like those of roles that may.
const STRANGERS = [
  "user/alice",
  "user/REPLACE-WITH-ROTATE-KEY-ROLE",
  "role/developer",
  "role/REPLACE-WITH-ROTATE-KEY-ROLE-2",
  "role/team/REPLACE-WITH-ROTATE-KEY-ROLE",
  "role/NOT-REPLACE-WITH-ADMINISTRATOR-ROLE",
];

// Administrators say who is exempt and which secret holds a user's keys.
const FOR_ADMINISTRATORS = [
  ["keysteward:exempt"],
  ["keysteward:exempt:AKIAEXAMPLEEXAMPLE01"],
  ["keysteward:secret"],
  ["keysteward:exempt", "keysteward:secret"],
];
// Records belong to Keysteward alone; and in another spelling even an administrator's tags would
// slip past whoever compares them exactly.
const FOR_KEYSTEWARD = [
  ["keysteward:AKIAEXAMPLEEXAMPLE01"],
  ["keysteward:password"],
  ["keysteward:pending"],
  ["keysteward:secrets"],
  ["keysteward:"],
  ["Keysteward:exempt"],
  ["KEYSTEWARD:EXEMPT"],
  ["keySteward:Secret"],
  ["keysteward:Exempt"],
  ["kEYSTEWARd:akiaexampleexample01"],
  ["owner", "keysteward:pending"],
  ["keysteward:exempt", "keysteward:pending"],
  // Kelvin sign and long s, which some foldings of case take for k and s.
  ["\u212Aey\u017Fteward:pending"],
];
// A tag of somebody else's goes in a request of its own.
const MIXED = [["keysteward:exempt", "owner"]];
const OTHER_TAGS = [
  undefined,
  ["owner"],
  ["owner", "department:team", "cost-center"],
  ["AKIAEXAMPLEEXAMPLE01"],
  ["keysteward"],
  ["keystewards:pending"],
  ["mykeysteward:pending"],
  ["key:steward"],
  ["kubernetes:cluster"],
  ["keyservice:id"],
  ["keystorage:id"],
  ["accounting:keysteward:pending"],
];

function spellings(word) {
  return [...word].reduce(
    (prefixes, letter) =>
      prefixes.flatMap((prefix) => [prefix + letter, prefix + letter.toUpperCase()]),
    [""],
  );
}

function decision(expected, partition, who, action, keys) {
  const arn = `arn:${partition}:iam::${ACCOUNT}:${who}`;
  const name = who.split("/").at(-1);
  return {
    expected,
    action,
    principal: who.startsWith("role/")
      ? `arn:${partition}:sts::${ACCOUNT}:assumed-role/${name}/session`
      : arn,
    resource: `arn:${partition}:iam::${ACCOUNT}:user/team/bob`,
    context: { "aws:PrincipalArn": arn, ...(keys && { "aws:TagKeys": keys }) },
  };
}

export function scpDecisions() {
  const decisions = [];
  for (const partition of PARTITIONS) {
    for (const action of ACTIONS) {
      const add = (expected, principals, tags) => {
        for (const who of principals) {
          for (const keys of tags) {
            decisions.push(decision(expected, partition, who, action, keys));
          }
        }
      };
      add(ALLOWED, [...KEYSTEWARD, ADMINISTRATOR, ...STRANGERS], OTHER_TAGS);
      add(ALLOWED, KEYSTEWARD, [...FOR_ADMINISTRATORS, ...FOR_KEYSTEWARD, ...MIXED]);
      add(ALLOWED, [ADMINISTRATOR], FOR_ADMINISTRATORS);
      add(DENIED, [ADMINISTRATOR], [...FOR_KEYSTEWARD, ...MIXED]);
      add(DENIED, STRANGERS, [...FOR_ADMINISTRATORS, ...FOR_KEYSTEWARD, ...MIXED]);
    }
  }
  // IAM takes `Keysteward:exempt` for `keysteward:exempt`: no spelling may get through.
  for (const spelling of spellings(PREFIX)) {
    const keys = [`${spelling}:exempt`];
    decisions.push(decision(DENIED, "aws", "user/alice", "iam:TagUser", keys));
    const own = spelling === PREFIX ? ALLOWED : DENIED;
    decisions.push(decision(own, "aws", ADMINISTRATOR, "iam:TagUser", keys));
  }
  return decisions;
}
