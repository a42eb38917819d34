using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/application/{id}/scope</c> (§8.2).</summary>
internal sealed class ScopesApi(Database database, TenantCatalog tenants, ApplicationStore store, ApiChanges changes)
{
    private const string Envelope = "scope";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<ScopesApi>(routes.ServiceProvider);
        const string Many = "/api/application/{applicationId}/scope/{scopeId?}";
        const string One = "/api/application/{applicationId}/scope/{scopeId}";
        var noun = ScopeShape.Noun;
        routes.MapApi("POST", Many, noun.Create with { MayMiss = true }, AdminGuard.ForApplication(api.CreateAsync));
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", One, noun.Replace, AdminGuard.ForApplication(api.PutAsync));
        routes.MapApi("PATCH", One, noun.Patch, AdminGuard.ForApplication(api.PatchAsync));
        routes.MapApi("DELETE", One, noun.Delete, AdminGuard.ForApplication(api.DeleteAsync));
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("scopeId");
        var input = ScopeWire.Read(request.Envelope(Envelope));
        return ApiResult.From(
            await ChangeAsync(request, async (change, application) =>
            {
                var outcome = await ScopeStore.AddAsync(change.Db, application, id, input, change.Now, change.Cancellation);
                if (!outcome.Failed(out _, out var scope))
                {
                    change.Audit("Created a scope", scope.Id, null, ScopeWire.Show(scope));
                }

                return outcome;
            }, cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (applicationId, id) = (request.PathId("applicationId"), request.PathId("scopeId"));
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var tenant = tenants.Default.Id;
        var scope = await database.ReadAsync(
            (db, token) => db.Scopes.SingleOrDefaultAsync(
                row => row.Id == id && row.ApplicationId == applicationId
                    && db.Applications.Any(application => application.Id == applicationId && application.TenantId == tenant),
                token),
            cancellation);
        return scope is null ? ApiResult.Missing : ApiResult.Ok(Answer(scope));
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = ScopeWire.Read(request.Envelope(Envelope));
        return ApiResult.From(await ReplaceAsync(request, _ => input, cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ReplaceAsync(request, scope => Patch.Apply(request, Envelope, ScopeWire.Show(scope), ScopeWire.Read), cancellation), Answer);

    private Task<FieldResult<StoredScope>?> ReplaceAsync(
        ApiRequest request, Func<StoredScope, FieldResult<ScopeInput>> read, CancellationToken cancellation) =>
        ChangeOneAsync(request, async (change, application, scope) =>
        {
            var before = ScopeWire.Show(scope);
            if (read(scope).Failed(out var errors, out var input))
            {
                return errors;
            }

            var outcome = await ScopeStore.ReplaceAsync(change.Db, application, scope, input, change.Now, change.Cancellation);
            if (!outcome.Failed(out _, out _))
            {
                change.Audit("Updated a scope", scope.Id, before, ScopeWire.Show(scope));
            }

            return outcome;
        }, cancellation);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) =>
        ApiResult.From(await ChangeOneAsync(request, async (change, application, scope) =>
        {
            await ScopeStore.DeleteAsync(change.Db, application, scope, change.Now, change.Cancellation);
            change.Audit("Deleted a scope", scope.Id, ScopeWire.Show(scope), null);
            return scope;
        }, cancellation));

    private Task<FieldResult<StoredScope>?> ChangeOneAsync(
        ApiRequest request, Func<ApiChange, StoredApplication, StoredScope, Task<FieldResult<StoredScope>?>> change, CancellationToken cancellation)
    {
        var id = request.PathId("scopeId");
        return ChangeAsync(
            request,
            async (run, application) => application.Scopes.Find(scope => scope.Id == id) is { } scope
                ? await change(run, application, scope)
                : null,
            cancellation);
    }

    // What all changes of scopes share: the application in the path, locked.
    private async Task<FieldResult<StoredScope>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, StoredApplication, Task<FieldResult<StoredScope>?>> change, CancellationToken cancellation)
    {
        var id = request.PathId("applicationId");
        return await changes.RunAsync<StoredScope>(
            request,
            async run => await store.LockAsync(run.Db, id!.Value, run.Cancellation) is { } application
                ? await change(run, application)
                : null,
            cancellation);
    }

    private static JsonObject Answer(StoredScope scope) => new() { [Envelope] = ScopeWire.Show(scope) };
}
