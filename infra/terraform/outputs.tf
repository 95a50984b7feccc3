output "rotation_function_arn" {
  description = "The rotation function to configure secrets with"
  value       = aws_lambda_function.rotate_key.arn
}

output "sweep_function_name" {
  description = "The function to invoke for an undo"
  value       = aws_lambda_function.deactivate_stale.function_name
}

output "sweep_role_arn" {
  description = "The role that the member roles of other accounts trust"
  value       = aws_iam_role.deactivate_stale.arn
}

output "rotation_role_arn" {
  description = "The role that the member roles of other accounts trust for rotations"
  # Put together, for member-role must know when planning whether there is one; the provider gives an ARN only when applying.
  value = "arn:${data.aws_partition.current.partition}:iam::${local.account_id}:role/${aws_iam_role.rotate_key.name}"
}

output "notice_topic_arn" {
  description = "The topic of notices, for subscribers who filter by attributes"
  value       = aws_sns_topic.notices.arn
}

output "people_topic_arn" {
  description = "The topic to subscribe to by mail"
  value       = one(aws_sns_topic.people[*].arn)
}

output "chat_topic_arn" {
  description = "The topic for Amazon Q Developer in chat applications"
  value       = one(aws_sns_topic.chat[*].arn)
}

output "report_bucket_name" {
  description = "Where the reports are"
  value       = aws_s3_bucket.reports.bucket
}
