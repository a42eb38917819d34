using System.Reflection;
using System.Text;

namespace IdentityServer.Protocol.Tests;

public class OAuthErrorTests
{
    // RFC 6749 §5.2
    [Fact]
    public void An_error_tells_the_client_three_things_and_the_log_a_fourth()
    {
        var json = Json.ToBytes(OAuthError.InvalidClient.Because("bad password hash"), static (error, writer) => error.WriteTo(writer));

        Assert.Equal(
            """{"error":"invalid_client","error_description":"Client authentication failed.","error_reason":"invalid_client_authentication"}""",
            Encoding.UTF8.GetString(json));
    }

    [Fact]
    public void Every_well_known_error_is_a_sentence_and_a_reason_in_snake_case()
    {
        var errors = typeof(OAuthError).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(OAuthError)).Select(field => (OAuthError)field.GetValue(null)!).ToList();

        Assert.NotEmpty(errors);
        Assert.All(errors, error =>
        {
            Assert.Matches("^[a-z_]+$", error.Code);
            Assert.Matches("^[a-z_]+$", error.Reason);
            Assert.Matches("^[A-Z][ !#-\\[\\]-~]+\\.$", error.Description);
        });
    }

    [Fact]
    public void A_missing_parameter_is_named() => OAuthError.Missing("code")
        .Is("invalid_request", "missing_code", "The request is missing the code parameter.");

    [Fact]
    public void A_result_that_nobody_set_is_a_failure() =>
        default(OAuthResult<string>).Refused("server_error", "unknown", "The request could not be processed.");
}
