using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Passkeys;

/// <summary>Removes passkeys that somebody set who never proved the address of the account.</summary>
internal sealed class PasskeyCredentials : IUserCredentials
{
    /// <inheritdoc/>
    public Task RemoveAsync(ServerDbContext db, Guid userId, CancellationToken token) =>
        db.Passkeys.Where(row => row.UserId == userId).ExecuteDeleteAsync(token);
}
