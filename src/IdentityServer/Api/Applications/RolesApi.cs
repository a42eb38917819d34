using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Registrations;

namespace IdentityServer.Api;

/// <summary><c>/api/application/{id}/role</c> (§8.2).</summary>
internal sealed class RolesApi(ApplicationStore store, ApiChanges changes)
{
    private const string Envelope = "role";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<RolesApi>(routes.ServiceProvider);
        const string Many = "/api/application/{applicationId}/role/{roleId?}";
        const string One = "/api/application/{applicationId}/role/{roleId}";
        var noun = RoleShape.Noun;
        routes.MapApi("POST", Many, noun.Create with { MayMiss = true }, AdminGuard.ForApplication(api.CreateAsync));
        routes.MapApi("PUT", One, noun.Replace, AdminGuard.ForApplication(api.PutAsync));
        routes.MapApi("PATCH", One, noun.Patch, AdminGuard.ForApplication(api.PatchAsync));
        routes.MapApi("DELETE", "/api/application/{applicationId}/role", RoleShape.DeleteByName, AdminGuard.ForApplication(api.DeleteAsync));
        routes.MapApi("DELETE", One, noun.Delete, AdminGuard.ForApplication(api.DeleteAsync));
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = RoleWire.Read(request.Envelope(Envelope), request.PathId("roleId"));
        return ApiResult.From(
            await ChangeAsync(request, async (change, application) =>
            {
                var outcome = await RoleStore.AddAsync(change.Db, application, input, change.Now, change.Cancellation);
                if (!outcome.Failed(out _, out var role))
                {
                    change.Audit("Created a role", role.Id, null, RoleWire.Show(role));
                }

                return outcome;
            }, cancellation),
            Answer);
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = RoleWire.Read(request.Envelope(Envelope), null);
        return ApiResult.From(await ReplaceAsync(request, _ => input, cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ReplaceAsync(
            request, role => Patch.Apply(request, Envelope, RoleWire.Show(role), fields => RoleWire.Read(fields, null)), cancellation),
        Answer);

    private Task<FieldResult<StoredRole>?> ReplaceAsync(
        ApiRequest request, Func<StoredRole, FieldResult<RoleInput>> read, CancellationToken cancellation)
    {
        var id = request.PathId("roleId");
        return ChangeAsync(request, async (change, application) =>
        {
            if (application.Roles.Find(role => role.Id == id) is not { } role)
            {
                return null;
            }

            var before = RoleWire.Show(role);
            var oldName = role.Name;
            if (read(role).Failed(out var errors, out var input))
            {
                return errors;
            }

            var outcome = await RoleStore.ReplaceAsync(change.Db, application, role, input, change.Now, change.Cancellation);
            if (!outcome.Failed(out _, out _))
            {
                await RegistrationRoles.RenameAsync(change.Db, application.Id, oldName, role.Name, change.Cancellation);
                change.Audit("Updated a role", role.Id, before, RoleWire.Show(role));
            }

            return outcome;
        }, cancellation);
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("roleId");
        var name = request.Query("name");
        if (id is null && name is null)
        {
            request.Errors.Add("roleId", "missing", "Name the role by its id in the path, or by the parameter name.");
        }

        return ApiResult.From(await ChangeAsync(request, async (change, application) =>
        {
            if (application.Roles.Find(role => id is null ? role.Name == name : role.Id == id) is not { } role)
            {
                return null;
            }

            await RoleStore.DeleteAsync(change.Db, application, role, change.Now, change.Cancellation);
            await RegistrationRoles.StripAsync(change.Db, application.Id, role.Name, change.Cancellation);
            change.Audit("Deleted a role", role.Id, RoleWire.Show(role), null);
            return role;
        }, cancellation));
    }

    // What all changes of roles share: the application in the path, locked.
    private async Task<FieldResult<StoredRole>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, StoredApplication, Task<FieldResult<StoredRole>?>> change, CancellationToken cancellation)
    {
        var id = request.PathId("applicationId");
        return await changes.RunAsync<StoredRole>(
            request,
            async run => await store.LockAsync(run.Db, id!.Value, run.Cancellation) is { } application
                ? await change(run, application)
                : null,
            cancellation);
    }

    private static JsonObject Answer(StoredRole role) => new() { [Envelope] = RoleWire.Show(role) };
}
