using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Forms;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Api;

/// <summary><c>/api/application</c> (§8.2).</summary>
internal sealed class ApplicationsApi(
    Database database, TenantCatalog tenants, ApplicationStore store, ApiChanges changes, IOptions<ServerOptions> options)
{
    private const string Envelope = "application";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<ApplicationsApi>(routes.ServiceProvider);
        const string Many = "/api/application/{applicationId?}";
        const string One = "/api/application/{applicationId}";
        var noun = ApplicationShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/application", ApplicationShape.List, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("GET", "/api/application/search", ApplicationShape.Search.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/application/search", ApplicationShape.Search.ByPost, api.SearchAsync);
        routes.MapApi("GET", "/api/application/{applicationId}/oauth-configuration", ApplicationShape.OauthConfiguration, api.GetOauthAsync);
        routes.MapApi("PUT", One, ApplicationShape.Replace, AdminGuard.ForApplication(api.PutAsync));
        routes.MapApi("PATCH", One, noun.Patch, AdminGuard.ForApplication(api.PatchAsync));
        routes.MapApi("DELETE", One, ApplicationShape.Delete, AdminGuard.ForApplication(api.DeleteAsync));
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("applicationId");
        var source = request.Beside().Id("sourceApplicationId");
        var input = ApplicationWire.Read(request.Envelope(Envelope));
        var outcome = await changes.RunAsync<ChangedApplication>(
            request,
            async change =>
            {
                if (source is { } copied)
                {
                    if ((await CopyAsync(change, copied, request.Body)).Failed(out var errors, out var copy))
                    {
                        return errors;
                    }

                    input = copy;
                }

                if (await CheckFormsAsync(change, input) is { } unknown)
                {
                    return unknown;
                }

                var created = await store.CreateAsync(change.Db, id, input, change.Now, change.Cancellation);
                if (!created.Failed(out _, out var changed))
                {
                    change.Audit("Created an application", changed.Application.Id, null, Show(changed));
                }

                return created;
            },
            cancellation);
        return ApiResult.From(outcome, Answer);
    }

    // A copy is what its source is, except what is an application's own, and what the request says stands above it.
    private async Task<FieldResult<ApplicationInput>> CopyAsync(ApiChange change, Guid source, JsonObject body)
    {
        var errors = new FieldErrors();
        if (await store.LockAsync(change.Db, source, change.Cancellation) is not { } stored)
        {
            return errors.Add("sourceApplicationId", "invalid", "There is no such application.");
        }

        var copy = ApiJson.Copy(Show(stored));
        copy.Remove("name");
        copy["oauthConfiguration"]!.AsObject().Remove("clientId");
        foreach (var role in copy["roles"]!.AsArray())
        {
            role!.AsObject().Remove("id");
        }

        var envelope = new JsonObject { [Envelope] = MergePatch.Apply(copy, body[Envelope]!.AsObject()) };
        var input = ApplicationWire.Read(JsonFields.OfEnvelope(envelope, Envelope, errors));
        return errors.Any ? errors : input;
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("applicationId");
        var inactive = request.QueryFlag("inactive");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var tenant = tenants.Default.Id;
        var found = await database.ReadAsync(
            (db, token) => db.Applications
                .Include(row => row.Roles).Include(row => row.Scopes).AsSplitQuery()
                .Where(row => row.TenantId == tenant && (id == null ? row.Active != inactive : row.Id == id))
                .OrderBy(row => row.Name)
                .ToListAsync(token),
            cancellation);
        if (id is not null)
        {
            return found is [var one] ? ApiResult.Ok(new JsonObject { [Envelope] = Show(one) }) : ApiResult.Missing;
        }

        return ApiResult.Ok(new JsonObject { ["applications"] = ApiJson.List(found.Select(Show)) });
    }

    private Task<ApiResult> GetOauthAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("applicationId");
        if (request.Errors.Any)
        {
            return Task.FromResult(ApiResult.Refused(request.Errors));
        }

        return database.ReadAsync(
            async (db, token) => await db.Applications.FirstOrDefaultAsync(row => row.Id == id && row.TenantId == tenants.Default.Id, token) is { } stored
                ? ApiResult.Ok(ApplicationWire.ShowOauth(stored, ApplicationStore.Read(stored), TimeSpan.FromMinutes(options.Value.Sessions.IdleMinutes)))
                : ApiResult.Missing,
            cancellation);
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (name, state, wanted) = (criteria.Text("name"), criteria.Text("state"), criteria.Id("tenantId"));
        var (start, count) = (criteria.StartRow(), criteria.NumberOfResults());
        var (column, descending) = criteria.OrderBy("name", "insertInstant");
        if (state is not (null or "Active" or "Inactive"))
        {
            request.Errors.Add("search.state", "invalid", "Either Active or Inactive.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var tenant = tenants.Default.Id;
        await using var db = database.Open();
        var matching = db.Applications
            .Where(row => row.TenantId == tenant && (wanted == null || row.TenantId == wanted) && (state == null || row.Active == (state == "Active")))
            .Filter(row => row.Name, name);
        var sorted = (column, descending) switch
        {
            ("name", false) => matching.OrderBy(row => row.Name),
            ("name", true) => matching.OrderByDescending(row => row.Name),
            (_, false) => matching.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id),
            (_, true) => matching.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id),
        };
        var found = await sorted.Include(row => row.Roles).Include(row => row.Scopes).AsSplitQuery().Skip(start).Take(count).ToListAsync(cancellation);
        return ApiResult.Ok(new JsonObject
        {
            ["applications"] = ApiJson.List(found.Select(Show)),
            ["total"] = await matching.CountAsync(cancellation),
        });
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.QueryFlag("reactivate"))
        {
            return ApiResult.From(
                await ChangeAsync(request, "Reactivated an application", SetActiveAsync(active: true), cancellation), Answer);
        }

        var input = ApplicationWire.Read(request.Envelope(Envelope));
        return ApiResult.From(
            await ChangeAsync(
                request, "Updated an application",
                (change, stored) => ReplaceAsync(change, stored, input),
                cancellation),
            Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ChangeAsync(
            request, "Updated an application",
            async (change, stored) =>
            {
                var patch = Patch.Apply(request, Envelope, Show(stored), ApplicationWire.Read, "application.oauthConfiguration.enabledGrants");
                return patch.Failed(out var errors, out var input)
                    ? errors
                    : await ReplaceAsync(change, stored, input);
            },
            cancellation),
        Answer);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.HardDelete())
        {
            return ApiResult.From(await ChangeAsync(
                request, "Deleted an application",
                async (change, stored) =>
                {
                    await ApplicationStore.DeleteAsync(change.Db, stored, change.Cancellation);
                    return new ChangedApplication(stored, ApplicationStore.Read(stored), null);
                },
                cancellation));
        }

        return ApiResult.From(await ChangeAsync(request, "Deactivated an application", SetActiveAsync(active: false), cancellation));
    }

    private static Func<ApiChange, StoredApplication, Task<FieldResult<ChangedApplication>?>> SetActiveAsync(bool active) =>
        async (change, stored) => await ApplicationStore.SetActiveAsync(change.Db, stored, active, change.Now, change.Cancellation);

    private async Task<FieldResult<ChangedApplication>?> ReplaceAsync(ApiChange change, StoredApplication stored, ApplicationInput input) =>
        await CheckFormsAsync(change, input) is { } errors
            ? errors
            : await store.ReplaceAsync(change.Db, stored, input, change.Now, change.Cancellation);

    private static async Task<FieldErrors?> CheckFormsAsync(ApiChange change, ApplicationInput input)
    {
        var errors = new FieldErrors();
        await FormStore.CheckReferencesAsync(change.Db, input.Settings, errors, change.Cancellation);
        return errors.Any ? errors : null;
    }

    // What all changes of one application share: the path, the lock, the audit entry.
    private async Task<FieldResult<ChangedApplication>?> ChangeAsync(
        ApiRequest request, string what, Func<ApiChange, StoredApplication, Task<FieldResult<ChangedApplication>?>> change, CancellationToken cancellation)
    {
        var id = request.PathId("applicationId");

        return await changes.RunAsync<ChangedApplication>(
            request,
            async run =>
            {
                if (await store.LockAsync(run.Db, id!.Value, run.Cancellation) is not { } stored)
                {
                    return null;
                }

                var before = Show(stored);
                var outcome = await change(run, stored);
                if (outcome is { } result && !result.Failed(out _, out var changed))
                {
                    run.Audit(what, id!.Value, before, Show(changed));
                }

                return outcome;
            },
            cancellation);
    }

    private static JsonObject Show(StoredApplication stored) => ApplicationWire.Show(stored, ApplicationStore.Read(stored));

    private static JsonObject Show(ChangedApplication changed) => ApplicationWire.Show(changed.Application, changed.Settings, changed.NewSecret);

    private static JsonObject Answer(ChangedApplication changed) => new() { [Envelope] = Show(changed) };
}
