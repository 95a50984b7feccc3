// What scp-protect-keysteward.json is to decide, for principals whose own policies allow everything.

import { ACCOUNT, PARTITIONS } from "./policy_facts.mjs";

const ALLOWED = "Allowed";
const DENIED = "ExplicitlyDenied";
const ACTIONS = ["iam:TagUser", "iam:UntagUser", "iam:CreateUser"];
const PREFIX = "keysteward";
const ACCOUNTS = ["123456789012", "210987654321", "999999999999", "000000000001"];

const ADMINISTRATOR = "role/REPLACE-WITH-ADMINISTRATOR-ROLE";
const FUNCTIONS = ["ROTATE-KEY", "DEACTIVATE-STALE", "NOTIFY-OWNER"].map((name) => `role/REPLACE-WITH-${name}-ROLE`);
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
  "role/REPLACE-WITH-LIST-ACCOUNTS-ROLE",
  "role/developer",
  "role/REPLACE-WITH-ROTATE-KEY-ROLE-2",
  "role/team/REPLACE-WITH-ROTATE-KEY-ROLE",
  "role/NOT-REPLACE-WITH-ADMINISTRATOR-ROLE",
];

// Administrators say who is exempt and which secret holds a user's keys; Keysteward itself writes no tag. IAM has no case in tags, so every
// spelling is meant, and the names under `keysteward:` that mean nothing are reserved with those that do.
const DECLARED = [
  ["keysteward:exempt"],
  ["keysteward:exempt:AKIAEXAMPLEEXAMPLE01"],
  ["keysteward:secret"],
  ["keysteward:exempt", "keysteward:secret"],
  ["Keysteward:exempt"],
  ["KEYSTEWARD:EXEMPT"],
  ["KEYSTEWARD:EXEMPT:akiaexampleexample01"],
  ["keySteward:Secret"],
  ["keysteward:Exempt"],
  ["keysteward:"],
  ["keysteward:AKIAEXAMPLEEXAMPLE01"],
  // Beside tags of others.
  ["keysteward:exempt", "owner"],
  ["owner", "department:team", "kEYSTEWARd:secret"],
  // Kelvin sign and long s, which some foldings of case take for k and s.
  ["\u212Aey\u017Fteward:\u017Fecret"],
];
const OTHER_TAGS = [
  undefined,
  ["owner"],
  ["owner", "department:team", "cost-center"],
  ["owner:AKIAEXAMPLEEXAMPLE01"],
  ["AKIAEXAMPLEEXAMPLE01"],
  ["keysteward"],
  ["keystewards:exempt"],
  ["mykeysteward:exempt"],
  ["key:steward"],
  ["kubernetes:cluster"],
  ["keyservice:id"],
  ["keystorage:id"],
  ["accounting:keysteward:exempt"],
];

function spellings(word) {
  return [...word].reduce(
    (prefixes, letter) =>
      prefixes.flatMap((prefix) => [prefix + letter, prefix + letter.toUpperCase()]),
    [""],
  );
}

const TABLE = "table/REPLACE-WITH-TABLE-NAME";
const ITEM_WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"];
const TABLE_WRITES = [...ITEM_WRITES, "DeleteTable", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups", "PutResourcePolicy"];
const READS = ["GetItem", "Query", "Scan", "DescribeTable"];
const OTHER_TABLES = ["table/another", "table/REPLACE-WITH-TABLE-NAME-2", "table/NOT-REPLACE-WITH-TABLE-NAME"];

function asked(expected, partition, who, action, resource, context, account) {
  const arn = `arn:${partition}:iam::${account}:${who}`;
  const name = who.split("/").at(-1);
  return {
    expected,
    action,
    principal: who.startsWith("role/") ? `arn:${partition}:sts::${account}:assumed-role/${name}/session` : arn,
    account,
    resource,
    context: { "aws:PrincipalArn": arn, ...context },
  };
}

function tagging(expected, partition, who, action, keys, account = ACCOUNT) {
  const user = `arn:${partition}:iam::${account}:user/team/bob`;
  return asked(expected, partition, who, action, user, keys && { "aws:TagKeys": keys }, account);
}

function writing(expected, partition, who, action, table, account = ACCOUNT) {
  const resource = `arn:${partition}:dynamodb:eu-west-1:${account}:${table}`;
  return asked(expected, partition, who, `dynamodb:${action}`, resource, {}, account);
}

function tagDecisions() {
  const decisions = [];
  for (const partition of PARTITIONS) {
    for (const action of ACTIONS) {
      const add = (expected, principals, tags) =>
        decisions.push(...principals.flatMap((who) => tags.map((keys) => tagging(expected, partition, who, action, keys))));
      add(ALLOWED, [...FUNCTIONS, ADMINISTRATOR, ...STRANGERS], OTHER_TAGS);
      add(ALLOWED, [ADMINISTRATOR], DECLARED);
      add(DENIED, [...FUNCTIONS, ...STRANGERS], DECLARED);
    }
  }
  // No account is spared, whatever its number, and in each the same role may.
  for (const account of ACCOUNTS) {
    decisions.push(tagging(DENIED, "aws", "user/alice", "iam:TagUser", ["keysteward:exempt"], account));
    decisions.push(tagging(DENIED, "aws", "role/admin", "iam:UntagUser", ["keysteward:secret"], account));
    decisions.push(tagging(ALLOWED, "aws", ADMINISTRATOR, "iam:TagUser", ["keysteward:exempt"], account));
  }
  // IAM takes `Keysteward:exempt` for `keysteward:exempt`: no spelling may get through.
  for (const spelling of spellings(PREFIX)) {
    for (const action of ["iam:TagUser", "iam:UntagUser"]) {
      decisions.push(tagging(DENIED, "aws", "user/alice", action, [`${spelling}:exempt`]));
    }
  }
  for (const word of ["secret", "exempt"]) {
    for (const spelling of spellings(word)) decisions.push(tagging(DENIED, "aws", "role/admin", "iam:TagUser", [`keysteward:${spelling}`]));
  }
  return decisions;
}

function tableDecisions() {
  const decisions = [];
  for (const partition of PARTITIONS) {
    const add = (expected, principals, actions, tables) => {
      for (const who of principals) {
        for (const action of actions) decisions.push(...tables.map((table) => writing(expected, partition, who, action, table)));
      }
    };
    add(DENIED, STRANGERS, TABLE_WRITES, [TABLE]);
    add(ALLOWED, [ADMINISTRATOR, ...FUNCTIONS], ITEM_WRITES, [TABLE]);
    add(ALLOWED, [ADMINISTRATOR], TABLE_WRITES, [TABLE]);
    add(ALLOWED, [ADMINISTRATOR, ...FUNCTIONS, ...STRANGERS], READS, [TABLE]);
    add(ALLOWED, STRANGERS, TABLE_WRITES, OTHER_TABLES);
  }
  for (const account of ACCOUNTS) {
    decisions.push(writing(DENIED, "aws", "role/admin", "DeleteItem", TABLE, account));
    decisions.push(writing(ALLOWED, "aws", FUNCTIONS[0], "DeleteItem", TABLE, account));
  }
  return decisions;
}

export function scpDecisions() {
  return [...tagDecisions(), ...tableDecisions()];
}
