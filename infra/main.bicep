targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the environment (azd env): part of the resource group\'s name and of every unique name.')
param environmentName string

@minLength(1)
@metadata({ azd: { type: 'location' } })
@description('A region that offers Flex Consumption: az functionapp list-flexconsumption-locations')
param location string

@description('When plans are started: NCRONTAB with seconds, UTC.')
param verificationSchedule string = '0 0 3 * * *'

@description('Clusters and plans, see docs/function-deployment.md. No secrets: credentials are named, and stand in secretSettings.')
param verificationConfiguration object = {}

@description('App settings that the clusters\' credentials are read from: { NAME: \'https://<vault>.vault.azure.net/secrets/<secret>\' }.')
param secretSettings object = {}

@description('Who is told of an alert. Empty: nobody, the alerts stand in the portal.')
param alertEmail string = ''

@description('Alert when the schedule started nothing for so long. Longer than the time between two slots; empty: not watched.')
@allowed(['', 'PT2H', 'PT6H', 'P1D', 'P2D'])
param alertScheduledWithin string = 'P2D'

@description('Put storage and vault behind private endpoints, and the app into a virtual network.')
param vnetEnabled bool = false

@description('Close the app\'s own public endpoint too: only callers in the network reach it. Needs vnetEnabled.')
param inboundPrivate bool = false

@description('A /23 or larger.')
param vnetAddressPrefix string = '10.71.0.0/16'

@description('Run the orchestrations on the Durable Task Scheduler instead of on storage queues and tables.')
param durableTaskSchedulerEnabled bool = false

@minValue(0)
@maxValue(3650)
@description('Days in which a record can be neither changed nor deleted (immutability policy). 0: no policy.')
param recordsRetentionDays int = 0

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Client id of an app registration: callers then need a token for it as well as the function key. Empty: the key alone.')
param entraClientId string = ''

@description('Client ids of the applications (managed identities of the runbooks) that may call.')
param entraAllowedApplications string[] = []

var abbreviations = loadJsonContent('./abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var functionAppName = '${abbreviations.functionApp}${token}'
var deploymentContainerName = 'app-package'
// As the app names it; it would make the container itself, without the policy.
var recordsContainerName = 'verification-records'
// The hubName of host.json.
var taskHubName = 'RestoreVerification'

resource group 'Microsoft.Resources/resourceGroups@2021-04-01' = {
  name: '${abbreviations.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.managedIdentity}${token}'
    location: location
    tags: tags
  }
}

module monitoring 'app/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: '${abbreviations.logAnalytics}${token}'
    insightsName: '${abbreviations.applicationInsights}${token}'
    retentionDays: logRetentionDays
    location: location
    tags: tags
  }
}

module storage 'app/storage.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.storageAccount}${token}'
    location: location
    tags: tags
    skuName: storageSku
    isPrivate: vnetEnabled
    deploymentContainerName: deploymentContainerName
    recordsContainerName: recordsContainerName
    recordsRetentionDays: recordsRetentionDays
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'app/vault.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.keyVault}${token}'
    location: location
    tags: tags
    isPrivate: vnetEnabled
    workspaceId: monitoring.outputs.workspaceId
  }
}

module access 'app/access.bicep' = {
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module network 'app/network.bicep' = if (vnetEnabled) {
  scope: group
  params: {
    name: '${abbreviations.virtualNetwork}${token}'
    location: location
    tags: tags
    addressPrefix: vnetAddressPrefix
  }
}

module storageEndpoints 'app/private-endpoint.bicep' = [for service in ['blob', 'queue', 'table']: if (vnetEnabled) {
  scope: group
  params: {
    name: '${abbreviations.privateEndpoint}${service}-${token}'
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    targetId: storage.outputs.id
    groupId: service
    zoneName: 'privatelink.${service}.${environment().suffixes.storage}'
  }
}]

module vaultEndpoint 'app/private-endpoint.bicep' = if (vnetEnabled) {
  scope: group
  params: {
    name: '${abbreviations.privateEndpoint}vault-${token}'
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    targetId: vault.outputs.id
    groupId: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
  }
}

module appEndpoint 'app/private-endpoint.bicep' = if (vnetEnabled && inboundPrivate) {
  scope: group
  params: {
    name: '${abbreviations.privateEndpoint}app-${token}'
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    targetId: functionApp.outputs.id
    groupId: 'sites'
    zoneName: 'privatelink.azurewebsites.net'
  }
}

module scheduler 'app/scheduler.bicep' = if (durableTaskSchedulerEnabled) {
  scope: group
  params: {
    name: '${abbreviations.durableTaskScheduler}${token}'
    location: location
    tags: tags
    taskHubName: taskHubName
    principalId: identity.outputs.principalId
    clientId: identity.outputs.clientId
  }
}

var hostSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId
  AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
  AzureWebJobsStorage__queueServiceUri: storage.outputs.queueEndpoint
  AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
  // The app takes 64 KiB; the host would hold 100 MiB of whoever has a key before the app is asked.
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1048576'
}
var appSettings = {
  AZURE_CLIENT_ID: identity.outputs.clientId
  VERIFICATION_SCHEDULE: verificationSchedule
  VERIFICATION_CONFIGURATION: string(verificationConfiguration)
}
var references = toObject(
  items(secretSettings),
  secret => secret.key,
  secret => '@Microsoft.KeyVault(SecretUri=${secret.value})'
)
var schedulerSettings = durableTaskSchedulerEnabled ? {
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: scheduler!.outputs.connectionString
} : {}

module functionApp 'app/function.bicep' = {
  scope: group
  // The host reads its storage as soon as it starts.
  dependsOn: [access, storageEndpoints, vaultEndpoint]
  params: {
    name: functionAppName
    planName: '${abbreviations.plan}${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    deploymentContainerUrl: '${storage.outputs.blobEndpoint}${deploymentContainerName}'
    insightsConnectionString: monitoring.outputs.connectionString
    appSettings: union(references, hostSettings, appSettings, schedulerSettings)
    subnetId: vnetEnabled ? network!.outputs.appSubnetId : ''
    isPublic: !(vnetEnabled && inboundPrivate)
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    entraClientId: entraClientId
    entraAllowedApplications: entraAllowedApplications
  }
}

module alerts 'app/alerts.bicep' = {
  scope: group
  params: {
    workspaceId: monitoring.outputs.workspaceId
    functionAppName: functionAppName
    location: location
    tags: tags
    actionGroupName: '${abbreviations.actionGroup}${token}'
    email: alertEmail
    scheduledWithin: alertScheduledWithin
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = functionApp.outputs.name
output AZURE_FUNCTION_URL string = functionApp.outputs.url
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_CLIENT_ID string = identity.outputs.clientId
