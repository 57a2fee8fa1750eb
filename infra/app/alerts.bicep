// What somebody should be woken for. The queries read the app's own events: one JSON line each, see docs/function-deployment.md.
param workspaceId string
param functionAppName string
param location string
param tags object
param actionGroupName string
@description('Empty: the alerts stand in the portal and tell nobody.')
param email string
@description('Longer than the time between two slots of the schedule. Empty: not watched.')
@allowed(['', 'PT2H', 'PT6H', 'P1D', 'P2D'])
param scheduledWithin string

var events = '''
AppTraces
| where AppRoleName =~ '{app}' and Message startswith '{'
| extend line = parse_json(Message)
| extend event = tostring(line.event)
'''
var ofThisApp = replace(events, '{app}', functionAppName)

var unanswered = '''
| where event == 'verification.polled'
| summarize looks = sum(toint(line.looks)), faults = sum(toint(line.faults)) by cluster = tostring(line.cluster)
| where looks >= 5 and faults * 2 > looks
'''

var always = [
  {
    name: 'red-verdict'
    description: 'A verification ended failed or inconclusive: a restore is not proven. The record says why.'
    severity: 1
    query: '${ofThisApp}| where event == \'verification.ended\' and tostring(line.verdict) in (\'failed\', \'inconclusive\')'
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'overdue'
    description: 'A verification is past its deadline and has no verdict: the engine did not come back to it.'
    severity: 1
    query: '${ofThisApp}| where event == \'verification.overdue\''
    window: 'PT2H'
    every: 'PT30M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'no-heartbeat'
    description: 'The hourly housekeeping was not seen for three hours: timers have stopped, or the app does not start.'
    severity: 1
    query: '${ofThisApp}| where event == \'verification.heartbeat\''
    window: 'PT3H'
    every: 'PT30M'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'cluster-unreachable'
    description: 'More than half of the looks at a cluster had no answer. No verdict by itself: faults of transport are borne until the deadline.'
    severity: 2
    query: '${ofThisApp}${unanswered}'
    window: 'PT15M'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'unhandled-exception'
    description: 'The app threw what it should have told as a value.'
    severity: 2
    query: 'AppExceptions | where AppRoleName =~ \'${functionAppName}\''
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
  }
]
var ofTheSchedule = empty(scheduledWithin) ? [] : [
  {
    name: 'no-scheduled-run'
    description: 'The schedule did not start a verification when it should have; HTTP may work all the same.'
    severity: 1
    query: '${ofThisApp}| where event == \'verification.scheduled\''
    window: scheduledWithin
    every: 'PT1H'
    operator: 'LessThan'
    threshold: 1
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'restores'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in concat(always, ofTheSchedule): {
  name: '${functionAppName}-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: '${functionAppName}: ${rule.name}'
    description: rule.description
    severity: rule.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: rule.every
    windowSize: rule.window
    // The tables come into being with the first line of telemetry, which is after this deployment.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: rule.operator
          threshold: rule.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: empty(email) ? [] : [people.id] }
  }
}]
