// What scp-protect-keysteward.json is to decide, for principals whose own policies allow everything.

import { ACCOUNT, PARTITIONS } from "./policy_facts.mjs";

const ALLOWED = "Allowed";
const DENIED = "ExplicitlyDenied";
const ACTIONS = ["iam:TagUser", "iam:UntagUser", "iam:CreateUser"];
const PREFIX = "keysteward";
const ACCOUNTS = ["123456789012", "210987654321", "999999999999", "000000000001"];

const KEYSTEWARD = ["role/REPLACE-WITH-ROTATE-KEY-ROLE", "role/REPLACE-WITH-DEACTIVATE-STALE-ROLE"];
const ADMINISTRATOR = "role/REPLACE-WITH-ADMINISTRATOR-ROLE";
// The last ones have names like those of roles that may. Roles of AWS services are strangers, too: AWS itself lets those that are linked to
// a service through, whatever a service control policy says.
const STRANGERS = [
  "root",
  "user/alice",
  "user/REPLACE-WITH-ADMINISTRATOR-ROLE",
  "role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
  "role/aws-service-role/REPLACE-WITH-ADMINISTRATOR-ROLE",
  "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
  "role/service-role/x",
  "role/OrganizationAccountAccessRole",
  "role/AWSControlTowerExecution",
  "role/admin",
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

function decision(expected, partition, who, action, keys, account = ACCOUNT) {
  const arn = `arn:${partition}:iam::${account}:${who}`;
  const name = who.split("/").at(-1);
  return {
    expected,
    action,
    principal: who.startsWith("role/")
      ? `arn:${partition}:sts::${account}:assumed-role/${name}/session`
      : arn,
    account,
    resource: `arn:${partition}:iam::${account}:user/team/bob`,
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
  // No account is spared, whatever its number, and in each the same roles may.
  for (const account of ACCOUNTS) {
    for (const keys of [["keysteward:exempt"], ["keysteward:pending"]]) {
      decisions.push(decision(DENIED, "aws", "user/alice", "iam:TagUser", keys, account));
      decisions.push(decision(DENIED, "aws", "role/admin", "iam:UntagUser", keys, account));
      decisions.push(decision(ALLOWED, "aws", KEYSTEWARD[0], "iam:TagUser", keys, account));
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
