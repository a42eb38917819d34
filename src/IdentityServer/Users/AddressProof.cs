using IdentityServer.Audit;
using IdentityServer.Data;

namespace IdentityServer.Users;

/// <summary>
/// Credentials that rooms keep beside the password. Rooms that keep some implement this, so that <see cref="AddressProof"/> can
/// remove them without knowing what they are.
/// </summary>
public interface IUserCredentials
{
    /// <summary>Removes all of a person's, in the caller's transaction.</summary>
    Task RemoveAsync(ServerDbContext db, Guid userId, CancellationToken token);
}

/// <summary>
/// What follows when somebody proves that an address is theirs. Whoever made the account may have been somebody else, who waits for
/// the owner of the address to fill it: so what they set is removed.
/// </summary>
public sealed class AddressProof(IEnumerable<IUserAccess> access, IEnumerable<IUserCredentials> credentials, TimeProvider clock)
{
    /// <summary>
    /// Notes in the caller's transaction, which tracks <paramref name="user"/> and holds their row, that the address is theirs.
    /// </summary>
    /// <param name="db">The transaction.</param>
    /// <param name="user">The person.</param>
    /// <param name="alsoSignedIn">
    /// Whether the browser that proves the address is signed in as this person: then who set the credentials and who owns the address
    /// are the same, and all of it stays.
    /// </param>
    /// <param name="token">Cancels.</param>
    /// <returns>
    /// Whether the address counts as proven now. Not where there is a second factor of somebody who never proved the address: only who
    /// passes that, too, is certainly the person.
    /// </returns>
    public async Task<bool> ProveAsync(ServerDbContext db, User user, bool alsoSignedIn, CancellationToken token)
    {
        if (user.Verified)
        {
            return true;
        }

        if (user.TwoFactorEnabled && !alsoSignedIn)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        user.Verified = true;
        user.VerifiedAt = now;
        user.UpdatedAt = now;
        AuditLog.Add(db, AuditLog.User(user.Id), "e-mail address proven", Data(user), now);
        if (!alsoSignedIn)
        {
            await RemoveCredentialsAsync(db, user, now, token);
        }

        return true;
    }

    private async Task RemoveCredentialsAsync(ServerDbContext db, User user, DateTimeOffset now, CancellationToken token)
    {
        foreach (var kind in credentials)
        {
            await kind.RemoveAsync(db, user.Id, token);
        }

        foreach (var kind in access)
        {
            await kind.EndAsync(db, user.Id, applicationId: null, now, token);
        }

        if (user.PasswordHash is not null)
        {
            AuditLog.Add(db, AuditLog.System, "password removed: it was set before anybody had proven the e-mail address", Data(user), now);
        }

        user.PasswordHash = null;
        user.PasswordChangedAt = null;
        user.PasswordChangeRequired = false;
        user.SecurityStamp = People.NewStamp();
    }

    private static Dictionary<string, string> Data(User user) => new() { ["userId"] = user.Id.ToString() };
}
