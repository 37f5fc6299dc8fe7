# step: many
cat > parcels.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: parcels
spec:
  completions: 6
  parallelism: 6
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: packer
          image: busybox:1.37
          command: ["sh", "-c", "echo packing parcel $JOB_COMPLETION_INDEX; sleep 5"]
EOF
kubectl apply -f parcels.yaml
