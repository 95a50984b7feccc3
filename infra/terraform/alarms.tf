resource "aws_cloudwatch_metric_alarm" "keysteward" {
  for_each = module.documents.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.evaluation_periods
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.missing_data
  alarm_actions       = module.documents.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_dashboard" "keysteward" {
  dashboard_name = var.name
  dashboard_body = jsonencode(module.documents.dashboard)
}
