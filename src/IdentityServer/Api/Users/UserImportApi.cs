using IdentityServer.Applications;
using IdentityServer.Groups;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/user/import</c> (§6.3): many people at once, with the password hashes of the system they come from.</summary>
internal sealed class UserImportApi(PeopleImport import, GroupCatalog groups, ApiChanges changes)
{
    private const int MaxBody = 32 * 1024 * 1024;
    private const int MaxRegistrations = 100;

    /// <summary>Maps the call.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("POST", "/api/user/import", UserImportShape.Import, ActivatorUtilities.CreateInstance<UserImportApi>(routes.ServiceProvider).ImportAsync, MaxBody);

    private async Task<ApiResult> ImportAsync(ApiRequest request, CancellationToken cancellation)
    {
        var sections = request.Beside().Sections("users", PeopleImport.MaxUsers);
        if (sections is null or [] && !request.Errors.Any)
        {
            request.Errors.Add("users", "missing", "Name the people to import.");
        }

        var wanted = (sections ?? []).Select(Read).ToList();
        var memberships = (sections ?? []).SelectMany(ReadMemberships).ToList();
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (!request.Caller.MayTouchAdministration
            && (wanted.Exists(user => user.Registrations.Any(row => row.ApplicationId == AdminApplication.Id))
                || memberships.Exists(row => groups.Gives(row.Member.GroupId, AdminApplication.Id))))
        {
            return ApiResult.Denied;
        }

        if ((await import.PrepareAsync(wanted, cancellation)).Failed(out var errors, out var prepared))
        {
            return ApiResult.Refused(errors);
        }

        return ApiResult.From(await changes.RunAsync<PreparedImport>(
            request,
            async change =>
            {
                List<NewMember> members = [.. memberships.Select(row => row.Member with { UserId = prepared.Users[row.Index].Id })];
                var people = prepared.Users.Select(user => user.Id).ToHashSet();
                if ((await Members.CheckAsync(change.Db, members, people, replace: false, change.Now, change.Cancellation)).Failed(out var refused, out var rows))
                {
                    return refused;
                }

                refused = await import.AddAsync(change.Db, prepared, change.Actor, change.Cancellation);
                if (!refused.Any)
                {
                    await Members.StoreAsync(change.Db, rows, [], change.Cancellation);
                }

                return refused.Any ? refused : prepared;
            },
            cancellation));
    }

    private static ImportedUser Read(JsonFields user)
    {
        var password = UserWire.ReadPassword(user);
        var scheme = user.Text("encryptionScheme", JsonFields.Short);
        return new ImportedUser(UserWire.Read(user))
        {
            Id = user.Id("id"),
            Active = user.Flag("active"),
            Verified = user.Flag("verified"),
            CreatedAt = user.Instant("insertInstant"),
            PasswordChangedAt = user.Instant("passwordLastUpdateInstant"),
            Hash = scheme is null || password is null ? null : new ImportedHash(scheme, user.Number("factor"), user.Text("salt", JsonFields.Short) ?? string.Empty, password),
            Password = scheme is null ? password : null,
            Registrations =
            [
                .. (user.Sections("registrations", MaxRegistrations) ?? []).Select(registration =>
                    RegistrationWire.ReadNew(registration, registration.Id("applicationId") ?? Guid.Empty, registration.Flag("verified"))),
            ],
        };
    }

    private static IEnumerable<(int Index, NewMember Member)> ReadMemberships(JsonFields user, int index) =>
        (user.Sections("memberships", MaxRegistrations) ?? []).Select(member => (index, MemberWire.Read(member, member.Id("groupId") ?? Guid.Empty, Guid.Empty)));
}
