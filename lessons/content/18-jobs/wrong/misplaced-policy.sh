# step: once
cat > job.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
  restartPolicy: Never
  template:
    spec:
      containers:
        - name: report
          image: busybox:1.37
          command: ["sh", "-c", "sleep 5; echo the report is written"]
EOF
kubectl apply -f job.yaml
