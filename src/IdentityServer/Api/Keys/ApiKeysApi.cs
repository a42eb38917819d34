using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/api-key</c> (§2), for callers whose own key is a key manager. Nobody grants more than they have, and managers are
/// not made here.
/// </summary>
internal sealed class ApiKeysApi(Database database, TenantCatalog tenants, ApiChanges changes)
{
    private const string Envelope = "apiKey";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<ApiKeysApi>(routes.ServiceProvider);
        const string One = "/api/api-key/{keyId}";
        var noun = ApiKeyShape.Noun;
        MapManaged("POST", "/api/api-key/{keyId?}", ApiKeyShape.Create, api.CreateAsync);
        MapManaged("GET", One, noun.Get, api.GetAsync);
        MapManaged("PUT", One, noun.Replace, api.PutAsync);
        MapManaged("PATCH", One, noun.Patch, api.PatchAsync);
        MapManaged("DELETE", One, noun.Delete, api.DeleteAsync);

        void MapManaged(string method, string pattern, ApiCall call, ApiHandler handler) => routes.MapApi(
            method, pattern, call,
            (request, cancellation) => request.Caller.KeyManager ? handler(request, cancellation) : Task.FromResult(ApiResult.Denied));
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("keyId");
        var source = request.Beside().Id("sourceKeyId");
        var input = ApiKeyWire.Read(request.Envelope(Envelope));
        if (input.TenantId is { } tenant && tenant != tenants.Default.Id)
        {
            request.Errors.Add("apiKey.tenantId", "invalid", "There is no such tenant.");
        }

        return ApiResult.From(
            await changes.RunAsync<CreatedApiKey>(
                request,
                async change =>
                {
                    if (source is not null && input.Permissions.AllowsEverything)
                    {
                        if (await change.Db.ApiKeys.SingleOrDefaultAsync(row => row.Id == source, change.Cancellation) is not { } copied)
                        {
                            return new FieldErrors().Add("sourceKeyId", "invalid", "There is no such key.");
                        }

                        input = input with { Permissions = ApiKeyPermissions.Parse(copied.Permissions) };
                    }

                    if (Widened(request, input) is { } widened)
                    {
                        return widened;
                    }

                    var outcome = await ApiKeyStore.CreateAsync(change.Db, id, input, change.Now, change.Cancellation);
                    if (!outcome.Failed(out _, out var created))
                    {
                        change.Audit("API key created", created.Row.Id, null, ApiKeyWire.Show(created.Row));
                    }

                    return outcome;
                },
                cancellation),
            created => new JsonObject { [Envelope] = ApiKeyWire.Show(created.Row, created.Key) });
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("keyId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var row = await database.ReadAsync((db, token) => db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id, token), cancellation);
        return row is null ? ApiResult.Missing : ApiResult.Ok(Answer(row));
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = ApiKeyWire.Read(request.Envelope(Envelope));
        return ApiResult.From(await ReplaceAsync(request, _ => input, cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ReplaceAsync(
            request, row => Patch.Apply(request, Envelope, ApiKeyWire.Show(row), ApiKeyWire.Read, ApiKeyWire.PermissionSets), cancellation),
        Answer);

    private Task<FieldResult<ApiKey>?> ReplaceAsync(
        ApiRequest request, Func<ApiKey, FieldResult<ApiKeyInput>> read, CancellationToken cancellation) =>
        ChangeAsync(
            request,
            async (change, row) =>
            {
                var before = ApiKeyWire.Show(row);
                if (read(row).Failed(out var errors, out var input))
                {
                    return errors;
                }

                if (Widened(request, input) is { } widened)
                {
                    return widened;
                }

                var outcome = await ApiKeyStore.ReplaceAsync(change.Db, row, input, change.Now, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("API key changed", row.Id, before, ApiKeyWire.Show(row));
                }

                return outcome;
            },
            cancellation);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) =>
        ApiResult.From(await ChangeAsync(
            request,
            async (change, row) =>
            {
                await ApiKeyStore.DeleteAsync(change.Db, row, change.Cancellation);
                change.Audit("API key deleted", row.Id, ApiKeyWire.Show(row), null);
                return row;
            },
            cancellation));

    private async Task<FieldResult<ApiKey>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, ApiKey, Task<FieldResult<ApiKey>?>> change, CancellationToken cancellation)
    {
        var id = request.PathId("keyId");
        return await changes.RunAsync<ApiKey>(
            request,
            async run => await ApiKeyStore.LockAsync(run.Db, id!.Value, run.Cancellation) is { } row ? await change(run, row) : null,
            cancellation);
    }

    private static FieldErrors? Widened(ApiRequest request, ApiKeyInput input) =>
        request.Caller.Permissions.Cover(input.Permissions)
            ? null
            : new FieldErrors().Add("apiKey.permissions.endpoints", "invalid", "A key can't be given permissions that the caller's key lacks.");

    private static JsonObject Answer(ApiKey row) => new() { [Envelope] = ApiKeyWire.Show(row) };
}
