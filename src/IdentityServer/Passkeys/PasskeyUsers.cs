using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Passkeys;

/// <summary>
/// What ASP.NET Core Identity's ceremonies read: people and their passkeys, from our tables. It writes nothing: what a ceremony
/// found is stored by <see cref="PasskeyCeremonies"/>, in one transaction with the challenge that it spends.
/// </summary>
internal sealed class PasskeyUsers(Database database) : IUserPasskeyStore<User>
{
    /// <inheritdoc/>
    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    /// <inheritdoc/>
    public async Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Guid.TryParseExact(userId, "D", out var id)
        ? await database.ReadAsync((db, token) => db.Users.FirstOrDefaultAsync(user => user.Id == id, token), cancellationToken)
        : null;

    /// <inheritdoc/>
    public Task<User?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) => database.ReadAsync(
        (db, token) => (from passkey in db.Passkeys
                        join user in db.Users on passkey.UserId equals user.Id
                        where passkey.CredentialId == credentialId
                        select user).FirstOrDefaultAsync(token),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<UserPasskeyInfo?> FindPasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            (db, token) => db.Passkeys.FirstOrDefaultAsync(row => row.UserId == user.Id && row.CredentialId == credentialId, token), cancellationToken);
        return found is null ? null : Info(found);
    }

    /// <inheritdoc/>
    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(User user, CancellationToken cancellationToken) =>
        [.. (await database.ReadAsync((db, token) => db.Passkeys.Where(row => row.UserId == user.Id).ToListAsync(token), cancellationToken)).Select(Info)];

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    private static UserPasskeyInfo Info(Passkey row) => new(
        row.CredentialId,
        row.PublicKey,
        row.CreatedAt,
        (uint)row.SignCount,
        row.Transports?.Split(' '),
        row.UserVerified,
        row.BackupEligible,
        row.BackedUp,
        row.AttestationObject,
        row.ClientDataJson);

    // The framework's interface wants more than its ceremonies use.
    #region Not used
    Task IUserPasskeyStore<User>.AddOrUpdatePasskeyAsync(User user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw Unused();

    Task IUserPasskeyStore<User>.RemovePasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) => throw Unused();

    Task<string?> IUserStore<User>.GetUserNameAsync(User user, CancellationToken cancellationToken) => throw Unused();

    Task IUserStore<User>.SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) => throw Unused();

    Task<string?> IUserStore<User>.GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => throw Unused();

    Task IUserStore<User>.SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) => throw Unused();

    Task<IdentityResult> IUserStore<User>.CreateAsync(User user, CancellationToken cancellationToken) => throw Unused();

    Task<IdentityResult> IUserStore<User>.UpdateAsync(User user, CancellationToken cancellationToken) => throw Unused();

    Task<IdentityResult> IUserStore<User>.DeleteAsync(User user, CancellationToken cancellationToken) => throw Unused();

    Task<User?> IUserStore<User>.FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw Unused();

    private static NotSupportedException Unused() => new("People change in the room of users.");
    #endregion
}
