using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Email;

/// <summary>A mail as it is sent.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">The subject, on one line.</param>
/// <param name="Text">The plain text.</param>
/// <param name="Html">The same as HTML.</param>
/// <param name="UsefulUntil">When it is of no use any more, if ever.</param>
public sealed record MailContent(string To, string Subject, string Text, string Html, DateTimeOffset? UsefulUntil);

/// <summary>Seals mails that wait: whoever reads the database learns no address and no link, and cannot put one mail in another's place.</summary>
internal sealed class SealedMails(IDataProtectionProvider protection)
{
    private const string Purpose = "IdentityServer.Email.v1";

    /// <summary>Seals the mail of this id.</summary>
    public byte[] Seal(Guid id, MailContent content) => Protector(id).Protect(JsonSerializer.SerializeToUtf8Bytes(content));

    /// <summary>Opens it; null if it is not whole, or not of this id.</summary>
    public MailContent? Open(Guid id, byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize<MailContent>(Protector(id).Unprotect(content));
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            return null;
        }
    }

    private IDataProtector Protector(Guid id) => protection.CreateProtector(Purpose, id.ToString());
}
