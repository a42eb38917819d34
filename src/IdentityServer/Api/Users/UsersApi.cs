using System.Text.Json.Nodes;
using IdentityServer.Groups;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/user</c> (§4.2). The rules and the transactions are those of <see cref="People"/>.</summary>
internal sealed class UsersApi(People people, Registrar registrar, Members members, UserSearch search, Invitations invitations)
{
    private const string Envelope = "user";

    private static readonly string[] AnyLoginId = ["email", "username"];

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<UsersApi>(routes.ServiceProvider);
        const string Many = "/api/user/{userId?}";
        const string One = "/api/user/{userId}";
        var noun = UserShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/user", UserShape.Find, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", One, UserShape.Replace, api.ForOneAsync(api.PutAsync));
        routes.MapApi("PATCH", One, noun.Patch, api.ForOneAsync(api.PatchAsync));
        routes.MapApi("DELETE", One, UserShape.Delete, api.ForOneAsync(api.DeleteAsync));
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var wanted = UserWire.ReadNew(request.Envelope(Envelope), request.PathId("userId"), request.Beside().Flag("skipVerification"));
        var invites = invitations.Read(request, wanted);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var created = await people.CreateAsync(wanted, request.Caller.Actor, cancellation, invites ? invitations.QueueAsync : null);
        return created.Failed(out var errors, out var user)
            ? ApiResult.Refused(await search.ExplainAsync(errors, wanted, cancellation))
            : Answer(user, [], []);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        User? user;
        if (request.PathId("userId") is { } id)
        {
            user = await people.FindAsync(id, cancellation);
        }
        else
        {
            var (email, username, loginId) = (request.Query("email"), request.Query("username"), request.Query("loginId"));
            var types = request.QueryList("loginIdTypes");
            if (!request.Errors.Any && (email ?? username ?? loginId) is null)
            {
                request.Errors.Add("userId", "missing", "Name a user by id, email, username or loginId.");
            }

            if (request.Errors.Any)
            {
                return ApiResult.Refused(request.Errors);
            }

            user = email is not null ? await search.FindAsync(email, ["email"], cancellation)
                : username is not null ? await search.FindAsync(username, ["username"], cancellation)
                : await search.FindAsync(loginId!, types.Count > 0 ? types : AnyLoginId, cancellation);
        }

        return user is null ? ApiResult.Missing
            : Answer(user, await registrar.ListAsync(user.Id, cancellation), await members.OfUserAsync(user, cancellation));
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, User user, List<Registration> registrations, CancellationToken cancellation)
    {
        if (request.QueryFlag("reactivate"))
        {
            return await people.ReactivateAsync(user.Id, request.Caller.Actor, cancellation) && await people.FindAsync(user.Id, cancellation) is { } again
                ? Answer(again, registrations, await members.OfUserAsync(again, cancellation))
                : ApiResult.Missing;
        }

        var fields = request.Envelope(Envelope);
        var (details, password) = (UserWire.Read(fields), UserWire.ReadPassword(fields));
        return request.Errors.Any
            ? ApiResult.Refused(request.Errors)
            : await UpdateAsync(request, user.Id, _ => details, details, password, registrations, cancellation);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, User user, List<Registration> registrations, CancellationToken cancellation)
    {
        // A password is hashed before the transaction, so what the patch makes of it is found out beforehand. Everything else
        // is settled under the lock, on what the person is then.
        if (Apply(user, fields => new PatchedUser(UserWire.Read(fields), UserWire.ReadPassword(fields))).Failed(out var errors, out var patched))
        {
            return ApiResult.Refused(errors);
        }

        return await UpdateAsync(request, user.Id, current => Apply(current, UserWire.Read), patched.Details, patched.Password, registrations, cancellation);

        FieldResult<T> Apply<T>(User current, Func<JsonFields, T> read)
            where T : class =>
            Patch.Apply(request, Envelope, UserWire.Show(current, registrations, []), read);
    }

    private async Task<ApiResult> UpdateAsync(
        ApiRequest request, Guid id, Func<User, FieldResult<UserDetails>> change, UserDetails wanted, string? password,
        List<Registration> registrations, CancellationToken cancellation)
    {
        if (await people.UpdateAsync(id, change, password, request.Caller.Actor, cancellation) is not { } outcome)
        {
            return ApiResult.Missing;
        }

        return outcome.Failed(out var errors, out var changed)
            ? ApiResult.Refused(await search.ExplainAsync(errors, wanted, cancellation))
            : Answer(changed, registrations, await members.OfUserAsync(changed, cancellation));
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, User user, List<Registration> registrations, CancellationToken cancellation)
    {
        var hard = request.HardDelete();
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var found = hard
            ? await people.DeleteAsync(user.Id, request.Caller.Actor, cancellation)
            : await people.DeactivateAsync(user.Id, request.Caller.Actor, cancellation);
        return found ? ApiResult.Empty : ApiResult.Missing;
    }

    // What all changes of one person share: the path, whether there is such a person, whether the caller may touch them.
    private ApiHandler ForOneAsync(Func<ApiRequest, User, List<Registration>, CancellationToken, Task<ApiResult>> handler) => async (request, cancellation) =>
    {
        if (request.PathId("userId") is not { } id)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (await people.FindAsync(id, cancellation) is not { } user)
        {
            return ApiResult.Missing;
        }

        var registrations = await registrar.ListAsync(id, cancellation);
        return AdminGuard.Denies(request, registrations) ? ApiResult.Denied : await handler(request, user, registrations, cancellation);
    };

    private static ApiResult Answer(User user, IEnumerable<Registration> registrations, IEnumerable<GroupMember> memberships) =>
        ApiResult.Ok(new JsonObject { [Envelope] = UserWire.Show(user, registrations, memberships) });

    private sealed record PatchedUser(UserDetails Details, string? Password);
}
