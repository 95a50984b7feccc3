locals {
  enforce             = var.parameters.mode == "enforce"
  deletes             = local.enforce && var.parameters.delete == "on"
  public_keys         = var.parameters.credentials != "access-key,service-specific"
  changes_public_keys = local.enforce && local.public_keys
  deletes_public_keys = local.deletes && local.public_keys
  passwords           = var.parameters.credentials == "access-key,service-specific,ssh-public-key,signing-certificate,password"
  changes_passwords   = local.enforce && local.passwords
  has_exempt_groups   = var.parameters.exempt_groups != ""
  has_mail            = var.parameters.mail_from != ""
  has_text_topic      = var.parameters.text_topic == "yes"
  has_chat_topic      = var.parameters.chat_topic == "yes"
  has_organization    = var.parameters.organization_id != ""
  has_member_role     = var.parameters.member_role_name != ""
  has_secrets_key     = var.parameters.secrets_key_arn != ""
  has_alarm_topic     = var.parameters.alarm_topic_arn != ""
  has_templates       = var.parameters.templates_layer_arn != ""

  account_root          = "arn:${var.partition}:iam::${var.account_id}:root"
  users_that_may_change = "arn:${var.partition}:iam::${var.account_id}:user${var.parameters.user_path}*"
  secrets_here          = "arn:${var.partition}:secretsmanager:${var.region}:${var.account_id}:secret:*"
  secrets_of_account    = "arn:${var.partition}:secretsmanager:*:${var.account_id}:secret:*"

  # In each of the other accounts there is a role for each of the functions.
  member_role_name_of_rotations = local.has_member_role ? "${var.parameters.member_role_name}-rotation" : ""
  member_roles                  = "arn:${var.partition}:iam::*:role/${var.parameters.member_role_name}"
  member_roles_of_rotations     = "arn:${var.partition}:iam::*:role/${local.member_role_name_of_rotations}"
}
