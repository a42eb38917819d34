using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>Keeps the data-protection key ring in the database, so that every node unseals what another sealed.</summary>
internal sealed class DataProtectionRepository(Database database) : IXmlRepository
{
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = database.Open();
        return [.. db.DataProtectionKeys.AsNoTracking().Select(key => key.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(
            (db, _) =>
            {
                db.DataProtectionKeys.Add(new DataProtectionKey
                {
                    Id = Guid.CreateVersion7(),
                    Name = friendlyName,
                    Xml = element.ToString(SaveOptions.DisableFormatting),
                });
                return Task.CompletedTask;
            },
            CancellationToken.None).GetAwaiter().GetResult();
}
