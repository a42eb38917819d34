using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Browsers;

/// <summary>Forgets the browsers of somebody who never proved the address of the account.</summary>
internal sealed class BrowserCredentials : IUserCredentials
{
    /// <inheritdoc/>
    public Task RemoveAsync(ServerDbContext db, Guid userId, CancellationToken token) =>
        db.KnownBrowsers.Where(row => row.UserId == userId).ExecuteDeleteAsync(token);
}
