locals {
  neither_exempt_nor_bind = {
    Sid      = "NeitherExemptNorBind"
    Effect   = "Deny"
    Action   = ["iam:TagUser", "iam:UntagUser"]
    Resource = "*"
    # Tags of users have no case to IAM. No other name of a tag of Keysteward has six letters: ids have sixteen and more.
    Condition = { "ForAnyValue:StringLike" = { "aws:TagKeys" = ["keysteward:??????", "keysteward:??????:*"] } }
  }
}

output "policy_of_rotate_key" {
  description = "What rotate-key may do."
  value = {
    Version = "2012-10-17"
    Statement = [for statement in [
      {
        Sid    = "Log"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        # The provider leaves off the end of a log group's ARN, which CloudFormation leaves on.
        Resource = "${var.rotate_key_log_group_arn}:*"
      },
      # Secrets whose rotation function this is, and no others.
      {
        Sid    = "RotateItsSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = local.secrets_here
        Condition = {
          ArnEquals = {
            "secretsmanager:resource/AllowRotationLambdaArn" = "arn:${var.partition}:lambda:${var.region}:${var.account_id}:function:${var.name}-rotate-key"
          }
        }
      },
      local.has_secrets_key ? {
        Sid       = "UseTheirKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.parameters.secrets_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.${var.dns_suffix}" } }
      } : null,
      {
        Sid      = "FindTheUserOfAKeyAndNameTheAccount"
        Effect   = "Allow"
        Action   = ["iam:GetAccessKeyLastUsed", "iam:ListAccountAliases"]
        Resource = "*"
      },
      {
        Sid      = "ReadUsers"
        Effect   = "Allow"
        Action   = ["iam:GetUser", "iam:ListAccessKeys"]
        Resource = local.users_that_may_change
      },
      # Only users whose own tag names a secret of this account.
      {
        Sid       = "ChangeKeysOfBoundUsers"
        Effect    = "Allow"
        Action    = ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"]
        Resource  = local.users_that_may_change
        Condition = { StringLike = { "aws:ResourceTag/keysteward:secret" = local.secrets_of_account } }
      },
      {
        Sid      = "KeepRecordsOfBoundUsers"
        Effect   = "Allow"
        Action   = ["iam:TagUser", "iam:UntagUser"]
        Resource = local.users_that_may_change
        Condition = {
          StringLike                = { "aws:ResourceTag/keysteward:secret" = local.secrets_of_account }
          "ForAllValues:StringLike" = { "aws:TagKeys" = "keysteward:*" }
          Null                      = { "aws:TagKeys" = "false" }
        }
      },
      local.neither_exempt_nor_bind,
      {
        Sid      = "Tell"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.notice_topic_arn
      },
      local.has_member_role ? {
        Sid      = "FindTheAccountOfAKey"
        Effect   = "Allow"
        Action   = "sts:GetAccessKeyInfo"
        Resource = "*"
      } : null,
      local.has_member_role ? {
        Sid      = "EnterOtherAccounts"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = local.member_roles_of_rotations
      } : null,
    ] : statement if statement != null]
  }
}
