# A role's policy is a resource of its own here, so whatever needs the permissions at its creation waits for the policy.

resource "aws_iam_role" "rotate_key" {
  name                 = "${var.name}-rotate-key"
  assume_role_policy   = jsonencode(module.documents.trust_of_functions)
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "rotate_key" {
  name   = "rotate-key"
  role   = aws_iam_role.rotate_key.name
  policy = jsonencode(module.documents.policy_of_rotate_key)
}

resource "aws_iam_role" "deactivate_stale" {
  name                 = "${var.name}-deactivate-stale"
  assume_role_policy   = jsonencode(module.documents.trust_of_functions)
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "deactivate_stale" {
  name   = "deactivate-stale"
  role   = aws_iam_role.deactivate_stale.name
  policy = jsonencode(module.documents.policy_of_deactivate_stale)
}

resource "aws_iam_role" "notify_owner" {
  name                 = "${var.name}-notify-owner"
  assume_role_policy   = jsonencode(module.documents.trust_of_functions)
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "notify_owner" {
  name   = "notify-owner"
  role   = aws_iam_role.notify_owner.name
  policy = jsonencode(module.documents.policy_of_notify_owner)
}

resource "aws_iam_role" "scheduler" {
  name                 = "${var.name}-scheduler"
  assume_role_policy   = jsonencode(module.documents.trust_of_scheduler)
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "schedule"
  role   = aws_iam_role.scheduler.name
  policy = jsonencode(module.documents.policy_of_scheduler)
}

resource "aws_iam_role" "list_accounts" {
  count = local.has_organization ? 1 : 0

  name                 = "${var.name}-list-accounts"
  assume_role_policy   = jsonencode(module.documents.trust_of_functions)
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "list_accounts" {
  count = local.has_organization ? 1 : 0

  name   = "list-accounts"
  role   = aws_iam_role.list_accounts[0].name
  policy = jsonencode(module.documents.policy_of_list_accounts)
}

resource "aws_iam_role" "organization" {
  count = local.has_organization ? 1 : 0

  name                 = "${var.name}-organization"
  assume_role_policy   = jsonencode(module.documents.trust_of_organization)
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "organization" {
  count = local.has_organization ? 1 : 0

  name   = "organization"
  role   = aws_iam_role.organization[0].name
  policy = jsonencode(module.documents.policy_of_organization)
}
