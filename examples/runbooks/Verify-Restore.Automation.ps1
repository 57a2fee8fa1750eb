<#
.SYNOPSIS
Azure Automation runbook (PowerShell 7.4 runtime environment, module Az): starts a verification and waits for its verdict.
The job completes when the verdict is passed; any other end fails the job, with verdict, reason and message in the error.

.NOTES
The account's system-assigned identity needs Key Vault Secrets User on the secret that holds the function key; nothing else.
A cloud job that runs for more than three hours is taken off its worker and begun again from the top: the idempotency key, made of what the
schedule knows, leads it back to the same verification. For verifications longer than that, end here with -NoWait and let the app's alerts speak.
The key is that of the day: a second drill of the same day needs an -IdempotencyKey of its own, and fails without one.
#>
param(
    [Parameter(Mandatory)] [string] $FunctionUrl,
    [Parameter(Mandatory)] [string] $KeyVaultName,
    [Parameter(Mandatory)] [string] $KeySecretName,
    [Parameter(Mandatory)] [string] $RequestJson,
    [string] $IdempotencyKey = "automation-$((Get-Date).ToUniversalTime().ToString('yyyy-MM-dd'))",
    [bool] $NoWait = $false
)
$ErrorActionPreference = 'Stop'

Connect-AzAccount -Identity | Out-Null
$call = @{
    Headers            = @{ 'x-functions-key' = Get-AzKeyVaultSecret -VaultName $KeyVaultName -Name $KeySecretName -AsPlainText }
    SkipHttpErrorCheck = $true
    TimeoutSec         = 60
    MaximumRetryCount  = 4
    RetryIntervalSec   = 15
    MaximumRedirection = 0
}

$request = $RequestJson | ConvertFrom-Json -AsHashtable
if (-not $request.ContainsKey('idempotencyKey')) { $request['idempotencyKey'] = $IdempotencyKey }
$start = [uri]::new([uri]$FunctionUrl, '/api/verifications')
$reply = Invoke-WebRequest @call -Method Post -Uri $start -ContentType 'application/json' -Body ($request | ConvertTo-Json -Depth 10)
# It had ended before this job asked: this morning's verdict is none about what was restored since.
if ($reply.StatusCode -eq 200) {
    $before = $reply.Content | ConvertFrom-Json
    throw "verification $($before.id) of this key had ended at $($before.endedAtUtc) already ($($before.verdict)/$($before.reason)): give another -IdempotencyKey"
}
while ($reply.StatusCode -eq 202) {
    $id = ($reply.Content | ConvertFrom-Json).id
    if ($NoWait) { Write-Output "started: $id"; return }
    $wait = 30
    if ("$($reply.Headers['Retry-After'])" -match '^\d{1,3}$') { $wait = [int]"$($reply.Headers['Retry-After'])" }
    Start-Sleep -Seconds $wait
    $reply = Invoke-WebRequest @call -Uri ([uri]::new([uri]$FunctionUrl, "/api/verifications/$id"))
}
if ($reply.StatusCode -ne 200) { throw "no verdict, the app answered $($reply.StatusCode): $($reply.Content)" }

Write-Output $reply.Content
$record = $reply.Content | ConvertFrom-Json
if ($record.verdict -cne 'passed') { throw "$($record.verdict)/$($record.reason): $($record.message)" }
