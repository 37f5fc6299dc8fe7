# step: never
cat > once.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: once
spec:
  restartPolicy: never
  containers:
    - name: report
      image: busybox
      command: ["sh", "-c", "echo the report is written"]
EOF
kubectl apply -f once.yaml
