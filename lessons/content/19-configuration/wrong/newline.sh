# step: secret
cat > secret.yaml <<'EOF'
apiVersion: v1
kind: Secret
metadata:
  name: door
data:
  password: b3BlbnNlc2FtZQo=
EOF
kubectl apply -f secret.yaml
