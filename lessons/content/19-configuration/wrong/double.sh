# step: secret
cat > secret.yaml <<'EOF'
apiVersion: v1
kind: Secret
metadata:
  name: door
stringData:
  password: b3BlbnNlc2FtZQ==
EOF
kubectl apply -f secret.yaml
