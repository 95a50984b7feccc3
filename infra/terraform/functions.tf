locals {
  # How each function's zip is named: by a file here, or by an object in a bucket.
  code = { for binary in ["rotate-key", "deactivate-stale", "notify-owner", "list-accounts"] : binary => {
    file   = var.zips_directory == "" ? null : "${var.zips_directory}/${binary}-${var.architecture}.zip"
    bucket = var.zips_directory == "" ? var.code_bucket : null
    key    = var.zips_directory == "" ? "${var.code_prefix}${binary}-${var.architecture}.zip" : null
  } }
}

resource "aws_lambda_function" "rotate_key" {
  function_name = "${var.name}-rotate-key"
  description   = "Rotates the access key that a secret holds"
  role          = aws_iam_role.rotate_key.arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = 256
  timeout       = 180
  tags          = var.tags

  filename         = local.code["rotate-key"].file
  source_code_hash = local.code["rotate-key"].file == null ? null : filebase64sha256(local.code["rotate-key"].file)
  s3_bucket        = local.code["rotate-key"].bucket
  s3_key           = local.code["rotate-key"].key

  environment {
    variables = module.documents.environment_of_rotate_key
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.rotate_key.name
  }

  tracing_config {
    mode = "PassThrough"
  }

  depends_on = [aws_iam_role_policy.rotate_key]
}

resource "aws_lambda_function" "deactivate_stale" {
  function_name                  = "${var.name}-deactivate-stale"
  description                    = "Warns about, deactivates and deletes stale credentials"
  role                           = aws_iam_role.deactivate_stale.arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = 512
  timeout                        = 900
  reserved_concurrent_executions = var.reserved_concurrency == 0 ? null : var.reserved_concurrency
  tags                           = var.tags

  filename         = local.code["deactivate-stale"].file
  source_code_hash = local.code["deactivate-stale"].file == null ? null : filebase64sha256(local.code["deactivate-stale"].file)
  s3_bucket        = local.code["deactivate-stale"].bucket
  s3_key           = local.code["deactivate-stale"].key

  environment {
    variables = module.documents.environment_of_deactivate_stale
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.deactivate_stale.name
  }

  tracing_config {
    mode = "PassThrough"
  }

  depends_on = [aws_iam_role_policy.deactivate_stale]
}

resource "aws_lambda_function" "notify_owner" {
  function_name = "${var.name}-notify-owner"
  description   = "Tells the owners of credentials"
  role          = aws_iam_role.notify_owner.arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = 512
  timeout       = 300
  layers        = var.templates_layer_arn == "" ? null : [var.templates_layer_arn]
  tags          = var.tags

  filename         = local.code["notify-owner"].file
  source_code_hash = local.code["notify-owner"].file == null ? null : filebase64sha256(local.code["notify-owner"].file)
  s3_bucket        = local.code["notify-owner"].bucket
  s3_key           = local.code["notify-owner"].key

  environment {
    variables = module.documents.environment_of_notify_owner
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.notify_owner.name
  }

  tracing_config {
    mode = "PassThrough"
  }

  depends_on = [aws_iam_role_policy.notify_owner]
}

resource "aws_lambda_function" "list_accounts" {
  count = local.has_organization ? 1 : 0

  function_name = "${var.name}-list-accounts"
  description   = "Lists the accounts of the organization, and sums up their sweeps"
  role          = aws_iam_role.list_accounts[0].arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = 512
  timeout       = 900
  tags          = var.tags

  filename         = local.code["list-accounts"].file
  source_code_hash = local.code["list-accounts"].file == null ? null : filebase64sha256(local.code["list-accounts"].file)
  s3_bucket        = local.code["list-accounts"].bucket
  s3_key           = local.code["list-accounts"].key

  environment {
    variables = module.documents.environment_of_list_accounts
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.list_accounts[0].name
  }

  tracing_config {
    mode = "PassThrough"
  }

  depends_on = [aws_iam_role_policy.list_accounts]
}

# Without the account, Secrets Manager would call on behalf of anybody's.
resource "aws_lambda_permission" "rotate_key_by_secrets_manager" {
  statement_id   = "secrets-manager"
  function_name  = aws_lambda_function.rotate_key.function_name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = local.account_id
}

# A run that ended in error is tried once more; then its event is kept.
resource "aws_lambda_function_event_invoke_config" "deactivate_stale" {
  function_name                = aws_lambda_function.deactivate_stale.function_name
  qualifier                    = "$LATEST"
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.invocation_dead_letters.arn
    }
  }

  # Lambda tries at once whether the role may write there.
  depends_on = [aws_iam_role_policy.deactivate_stale]
}
